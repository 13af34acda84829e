"""Short recordings of instruments that do not exist, for a training that anybody may repeat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import write_audio

RATE = 48_000
#: How long each recording is, in seconds, and when its notes begin.
SECONDS = 6.0
BEATS = np.arange(0.0, SECONDS - 0.5, 0.375)
#: A pentatonic scale, in Hz.
SCALE = 220.0 * 2.0 ** (np.array([0, 3, 5, 7, 10, 12, 15, 17]) / 12)

Sound = NDArray[np.float64]
#: A note of a pitch in Hz and a length in samples; the generator makes its noise.
Note = Callable[[float, int, np.random.Generator], Sound]


def write_instruments(folder: Path) -> list[Path]:
    """A recording of each of six instruments; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for seed, (name, play) in enumerate(INSTRUMENTS.items()):
        random = np.random.default_rng(seed)
        sound = np.zeros(round(SECONDS * RATE))
        for beat in BEATS[:: 1 if name in ("hats", "kicks") else 2]:
            start = round(beat * RATE)
            sound[start:] += random.uniform(0.4, 1.0) * play(
                random.choice(SCALE), len(sound) - start, random
            )
        paths.append(folder / f"{name}.wav")
        loud = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
        write_audio(paths[-1], loud, RATE, 16)
    return paths


def _times(count: int) -> Sound:
    return np.arange(count) / RATE


def _partials(pitch: float, count: int, ratios: list[float], fall: float) -> Sound:
    """Sines over a pitch, the higher the softer and the shorter."""
    time = _times(count)
    each = [
        np.exp(-fall * (1 + 0.6 * n) * time) * np.sin(2 * np.pi * ratio * pitch * time) / (1 + n)
        for n, ratio in enumerate(ratios)
    ]
    return np.sum(each, axis=0)


def _bells(pitch: float, count: int, random: np.random.Generator) -> Sound:
    return _partials(2 * pitch, count, [1, 2.76, 5.4, 8.93], 2.5)


def _plucks(pitch: float, count: int, random: np.random.Generator) -> Sound:
    return _partials(pitch, count, [1, 2, 3, 4, 5, 6, 7, 8], 5.0)


def _bass(pitch: float, count: int, random: np.random.Generator) -> Sound:
    return _partials(pitch / 4, count, [1, 2, 3, 5], 3.0)


def _kicks(pitch: float, count: int, random: np.random.Generator) -> Sound:
    time = _times(count)
    return np.exp(-14 * time) * np.sin(2 * np.pi * (48 * time + 6 * (1 - np.exp(-30 * time))))


def _hats(pitch: float, count: int, random: np.random.Generator) -> Sound:
    return np.exp(-40 * _times(count)) * np.diff(random.standard_normal(count + 1))


def _waves(pitch: float, count: int, random: np.random.Generator) -> Sound:
    time = _times(count)
    return np.exp(-2 * (time - 0.7) ** 2 / 0.2) * np.convolve(
        random.standard_normal(count), np.ones(12) / 12, "same"
    )


INSTRUMENTS: dict[str, Note] = {
    "bells": _bells, "plucks": _plucks, "bass": _bass,
    "kicks": _kicks, "hats": _hats, "waves": _waves,
}  # fmt: skip
