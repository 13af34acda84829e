"""What is compared of decoded mels when grains are chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.spectrogram import SpectrogramConfig

#: Steps of a stored level per dB.
STEPS_PER_DB = 2.0

# Low mel bins, between which notes differ, are compared one by one; higher ones in groups.
_SINGLE, _GROUP = 32, 4

Db = NDArray[np.float32]
Levels = NDArray[np.uint8]


def usual_groups(n_mels: int) -> tuple[int, ...]:
    """The first mel bin of each group, for mels of so many bins."""
    single = min(_SINGLE, n_mels)
    return (*range(single), *range(single, n_mels, _GROUP))


def group_sizes(firsts: tuple[int, ...], n_mels: int) -> NDArray[np.int64]:
    """How many mel bins each group has `[D]`."""
    return np.diff([*firsts, n_mels])


def to_db(mel: Db, config: SpectrogramConfig) -> Db:
    """Normalised mels to dB above the level of silence, not below 0."""
    db = (mel - np.float32(config.silence)) / np.float32(config.per_db)
    return np.asarray(np.maximum(db, 0), np.float32)


def group_db(db: Db, firsts: tuple[int, ...]) -> Db:
    """Mels in dB `[M, T]` to the mean of each group `[T, D]`."""
    sums = np.add.reduceat(db, firsts, axis=0)
    means = sums / group_sizes(firsts, len(db))[:, None].astype(np.float32)
    return np.ascontiguousarray(means.T)


def store_levels(grouped: Db) -> Levels:
    """Levels in dB to steps of half a dB, as a file keeps them."""
    levels: Levels = np.clip(np.rint(grouped * STEPS_PER_DB), 0, 255).astype(np.uint8)
    return levels
