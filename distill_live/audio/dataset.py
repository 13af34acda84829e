"""A folder of recordings, read and made ready to train on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import AUDIO_SUFFIXES, read_mono
from distill_live.errors import AudioFileError, DatasetError

#: Shorter clips say too little about how a sound goes on.
MIN_SECONDS = 0.3

#: The part of each recording, its end, that training does not see and validation does.
HOLDOUT = 0.1

# -80 dB: below it there is nothing to learn.
_SILENCE = 1e-4


@dataclass(frozen=True)
class Recording:
    """One mono recording: its path inside the folder, and its samples `[N]`."""

    name: str
    samples: NDArray[np.float32]


@dataclass(frozen=True)
class Recordings:
    """What a folder gave: recordings at `sample_rate` Hz, and (path, reason) of what it did not."""

    recordings: list[Recording]
    sample_rate: int
    skipped: list[tuple[str, str]]

    @property
    def seconds(self) -> float:
        """Length of all recordings together."""
        return sum(len(one.samples) for one in self.recordings) / self.sample_rate


def find_recordings(folder: str | Path) -> list[Path]:
    """All sound files below `folder`, sorted; hidden files and folders are passed over.

    Raises DatasetError when there is no such folder or no sound file in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder; give the folder that holds your recordings")
    found = []
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(place, name)
            for name in files
            if Path(name).suffix.lower() in AUDIO_SUFFIXES and not name.startswith(".")
        ]
    if not found:
        raise DatasetError(f"no recordings in {folder}; looked for {', '.join(AUDIO_SUFFIXES)}")
    return sorted(found)


def load_recordings(
    folder: str | Path,
    sample_rate: int = 48_000,
    on_file: Callable[[int, int], None] | None = None,
) -> Recordings:
    """Read every sound file below `folder`, mixed to mono, at `sample_rate` Hz.

    What cannot be read, is shorter than MIN_SECONDS or silent is skipped and told in `skipped`.
    `on_file` hears (files read so far, files found). Raises DatasetError when nothing is left.
    """
    paths = find_recordings(folder)
    recordings: list[Recording] = []
    skipped: list[tuple[str, str]] = []
    for number, path in enumerate(paths, start=1):
        name = path.relative_to(folder).as_posix()
        try:
            recordings.append(Recording(name, _usable(read_mono(path, sample_rate), sample_rate)))
        except (AudioFileError, DatasetError) as error:
            skipped.append((name, str(error)))
        if on_file:
            on_file(number, len(paths))
    if not recordings:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
        raise DatasetError(f"none of the {len(paths)} files in {folder} can be used ({reasons})")
    return Recordings(recordings, sample_rate, skipped)


def training_columns(columns: int, holdout: float = HOLDOUT) -> int:
    """How many of a recording's columns, from its start, are for training.

    The rest is for validation. Too few columns to give one away are all for training.
    """
    return columns - int(columns * holdout)


def _usable(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    seconds = len(samples) / sample_rate
    if seconds < MIN_SECONDS:
        raise DatasetError(f"only {seconds:.2f} s long; at least {MIN_SECONDS:g} s are needed")
    if np.abs(samples).max() < _SILENCE:
        raise DatasetError("nothing but silence")
    return samples
