"""Makes stereo recordings of mono ones, for measuring how well a model keeps a stereo image.

    python -m tests.benchmarks.stereo_set FOLDER OUT [--seconds 20]

Writes up to `--seconds` of each recording in FOLDER to OUT as a stereo wav file. In turn they are
placed between left and right, moved slowly from side to side, made wide with different echoes on
both sides, and split, with the bass on one side and the treble on the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from distill_live.audio.dataset import load_recordings
from distill_live.audio.files import write_audio

Samples = NDArray[np.float32]
RATE = 48_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    recordings = load_recordings(options.folder, RATE).recordings
    for number, one in enumerate(recordings):
        random = np.random.default_rng(number)
        make = WAYS[number % len(WAYS)]
        mono = one.samples[: round(options.seconds * RATE)]
        path = (options.out / f"{make.__name__}_{Path(one.name).stem}").with_suffix(".wav")
        write_audio(path, make(mono, random), RATE)
        print(path)


def placed(mono: Samples, random: np.random.Generator) -> Samples:
    """Somewhere between left and right, up to 15 dB louder on one side."""
    return _panned(mono, np.full(len(mono), random.uniform(-0.8, 0.8)))


def moving(mono: Samples, random: np.random.Generator) -> Samples:
    """From side to side and back in three to six seconds."""
    time = np.arange(len(mono)) / RATE
    return _panned(mono, 0.8 * np.sin(2 * np.pi * time / random.uniform(3, 6)))


def wide(mono: Samples, random: np.random.Generator) -> Samples:
    """With short echoes of its own on each side."""
    length = round(0.03 * RATE)
    fall = np.exp(-np.arange(length) / (0.01 * RATE))
    share = random.uniform(0.4, 0.9)
    sides = []
    for _ in range(2):
        echo = random.standard_normal(length) * fall
        echo *= share / np.sqrt(np.square(echo).sum())
        sides.append(mono + signal.fftconvolve(mono, echo)[: len(mono)])
    return np.asarray(np.stack(sides, axis=1) / 1.3, np.float32)


def split(mono: Samples, random: np.random.Generator) -> Samples:
    """The bass more on one side, the treble more on the other."""
    low = signal.sosfiltfilt(signal.butter(2, 1_500, fs=RATE, output="sos"), mono)
    place = random.choice([-0.5, 0.5])
    return _panned(low, np.full(len(mono), place)) + _panned(mono - low, np.full(len(mono), -place))


WAYS: tuple[Callable[[Samples, np.random.Generator], Samples], ...] = (placed, moving, wide, split)


def _panned(mono: NDArray[np.floating], place: NDArray[np.float64]) -> Samples:
    """At a place from -1, left, to 1, right."""
    angle = (place + 1) * np.pi / 4
    return np.asarray(np.stack([mono * np.cos(angle), mono * np.sin(angle)], axis=1), np.float32)


if __name__ == "__main__":
    main()
