"""All entries of a model's codebooks, one after the other, each as it sounds alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.fades import rising_fade
from distill_live.audio.stereo.channels import mixed_down
from distill_live.codes.codebook_geometry import distances
from distill_live.inference.cue_sheet import FRAMES_PER_SECOND
from distill_live.inference.preview import entry_column
from distill_live.models.file.loaded import LoadedVQModel

_FADE_SAMPLES = 240


class Entry(NamedTuple):
    """An entry of a codebook, held for a while: its sound `[N]`, mixed to mono, which may exceed
    full scale, and its normalised mels `[M, frames]`."""

    level: int
    code: int
    sound: NDArray[np.float32]
    mel: NDArray[np.float32]


@dataclass(frozen=True)
class Slots:
    """Where entries begin in one sound: each has `frames` frames of a cue sheet, of which it sounds
    for `columns` columns; the rest is a pause."""

    columns: int
    frames: int
    sample_rate: int

    @classmethod
    def of(cls, loaded: LoadedVQModel, seconds: float, pause_s: float) -> Self:
        """Slots for entries that sound for about so long, a column at least."""
        rate = loaded.spectrogram.config.sample_rate
        columns = max(round(seconds * rate / loaded.column_samples), 1)
        length = columns * loaded.column_samples / rate + pause_s
        return cls(columns, math.ceil(length * FRAMES_PER_SECOND), rate)

    def frame(self, number: int) -> int:
        """The frame at which an entry begins."""
        return number * self.frames

    def begin_s(self, number: int) -> float:
        """When an entry begins, in seconds."""
        return self.frame(number) / FRAMES_PER_SECOND

    def fill(self, number: int, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """A whole slot with the sound `[N]` of an entry, faded at both ends, and a pause."""
        begin, end = (round(self.begin_s(one) * self.sample_rate) for one in (number, number + 1))
        slot = np.zeros(end - begin, np.float32)
        slot[: len(sound)] = sound
        fade = rising_fade(min(_FADE_SAMPLES, len(sound) // 2))
        slot[: len(fade)] *= fade
        slot[len(sound) - len(fade) : len(sound)] *= fade[::-1]
        return slot


class Neighbour(NamedTuple):
    """A code that is near another, and how far; 1 is the usual distance in its codebook."""

    code: int
    distance: float


def entries(loaded: LoadedVQModel, columns: int) -> Iterator[Entry]:
    """Every entry, level by level, held for so many columns in all bands; see
    `inference.preview`."""
    for level, book in enumerate(loaded.codebooks):
        for code in range(len(book)):
            yield _entry(loaded, level, code, columns)


def nearest(loaded: LoadedVQModel, count: int) -> list[list[list[Neighbour]]]:
    """The nearest neighbours of each code of each level, the nearest first."""
    found = []
    for book in loaded.codebooks:
        apart = np.array(distances(book))
        np.fill_diagonal(apart, np.inf)
        order = np.argsort(apart, axis=1, kind="stable")[:, : min(count, len(book) - 1)]
        found.append(
            [[Neighbour(int(other), float(row[other])) for other in near]
             for near, row in zip(order, apart, strict=True)]
        )  # fmt: skip
    return found


def usage(loaded: LoadedVQModel) -> NDArray[np.int64] | None:
    """How often the model's recordings use each code `[Q, V]`; None if the model file does not keep
    their codes."""
    if not loaded.training_codes:
        return None
    config = loaded.model.config
    counts = np.zeros((config.num_quantizers, config.codebook_size), np.int64)
    for recording in loaded.training_codes:
        for level in range(config.num_quantizers):
            codes = recording.codes[..., level].ravel()
            counts[level] += np.bincount(codes, minlength=config.codebook_size)
    return counts


def _entry(loaded: LoadedVQModel, level: int, code: int, columns: int) -> Entry:
    codes = entry_column(loaded, level, code)[None].repeat(columns, axis=0)
    decoder, vocoder = loaded.decoder(), loaded.sounding()
    with torch.inference_mode():
        mel = torch.cat([decoder.push(codes), decoder.flush()], dim=-1)
        sound = torch.cat([vocoder.push(mel), vocoder.flush()])
    length = columns * loaded.column_samples
    heard = mixed_down(sound[:length].cpu().numpy())
    return Entry(level, code, heard, loaded.spectrogram.mels(mel).cpu().numpy())
