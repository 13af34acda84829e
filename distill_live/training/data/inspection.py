"""What a folder of recordings is like, before anything is trained on it."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.dataset import Recording, Recordings, find_recordings, name_in
from distill_live.audio.files import SoundFileReader
from distill_live.audio.reading.parts import split_parts
from distill_live.errors import AudioFileError

#: Less sound than this, in seconds, teaches a model little.
LITTLE_SECONDS = 30.0

#: Sound is measured in blocks of so many seconds; below this RMS a block is silent.
_BLOCK_SECONDS, _SILENT_DB = 0.05, -60.0

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """A recording that can be trained on, mixed to mono.

    `rms_db` and `peak_db` are in dB of full scale, `silence` is the part of its time (0..1) that is
    below -60 dB. `channels` and `sample_rate` (Hz) are those of the file; `stereo` says whether
    there are two that differ.
    """

    name: str
    seconds: float
    rms_db: float
    peak_db: float
    silence: float
    channels: int
    sample_rate: int
    stereo: bool


@dataclass(frozen=True)
class Inspection:
    """What was found in a folder: `refused` has (name, reason), `notes` lines about the others, and
    `duplicates` the names of recordings with the same samples, group by group."""

    found: list[Found]
    refused: list[tuple[str, str]]
    notes: list[str]
    duplicates: list[list[str]]

    @property
    def seconds(self) -> float:
        """Length of all recordings together."""
        return sum(one.seconds for one in self.found)

    @property
    def loudness_db(self) -> float | None:
        """RMS of all recordings together in dB of full scale; None if there are none."""
        power = sum(one.seconds * 10 ** (one.rms_db / 10) for one in self.found)
        return _decibels(power / self.seconds) if self.found else None

    @property
    def silence(self) -> float:
        """The part of all time that is silent, 0..1."""
        silent = sum(one.seconds * one.silence for one in self.found)
        return silent / self.seconds if self.found else 0.0

    @property
    def stereo(self) -> int:
        """How many recordings are stereo."""
        return sum(one.stereo for one in self.found)

    @property
    def too_little(self) -> str:
        """A warning if there is little sound to learn from, or ""."""
        if self.seconds >= LITTLE_SECONDS:
            return ""
        return f"only {self.seconds:.0f} s of sound: a minute or two teach a model much more"


def inspect_recordings(
    folder: Path, recordings: Recordings, on_file: Callable[[int, int], None] | None = None
) -> Inspection:
    """Measure what was read from a folder; `on_file` hears (files measured, files in all)."""
    paths = {name_in(folder, path): path for path in find_recordings(folder)}
    found, groups = [], dict[bytes, list[str]]()
    for number, one in enumerate(recordings.recordings, start=1):
        found.append(measure(one, recordings.sample_rate, paths[one.name]))
        groups.setdefault(hashlib.sha256(one.samples.data).digest(), []).append(one.name)
        if on_file:
            on_file(number, len(recordings.recordings))
    duplicates = [names for names in groups.values() if len(names) > 1]
    return Inspection(found, recordings.skipped, recordings.notes, duplicates)


def measure(recording: Recording, sample_rate: int, path: Path) -> Found:
    """Measure a recording at `sample_rate` Hz, which was read from the file at `path`. Raises
    AudioFileError when that is gone."""
    samples = recording.samples
    channels, rate = _format_of(path)
    powers = _block_powers(samples, max(1, round(_BLOCK_SECONDS * sample_rate)))
    peak = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
    return Found(
        recording.name,
        round(len(samples) / sample_rate, 3),
        _decibels(float(powers.mean()) if len(powers) else 0.0),
        _decibels(peak * peak),
        round(float((powers < 10 ** (_SILENT_DB / 10)).mean()) if len(powers) else 1.0, 4),
        channels,
        rate,
        recording.side is not None,
    )


def peaks(samples: Samples, count: int) -> list[list[float]]:
    """The smallest and the largest of samples `[N]` in each of `count` equal parts; parts without a
    sample have zeros."""
    edges = np.linspace(0, len(samples), count + 1).astype(int)
    parts = [samples[start:end] for start, end in itertools.pairwise(edges)]
    return [
        [round(float(part.min()), 4), round(float(part.max()), 4)] if len(part) else [0.0, 0.0]
        for part in parts
    ]


def _block_powers(samples: Samples, length: int) -> NDArray[np.float64]:
    """The mean square of each block of `length` samples; the last one may be shorter."""
    starts = range(0, len(samples), length)
    squares = (np.square(samples[start : start + length], dtype=np.float64) for start in starts)
    return np.array([block.mean() for block in squares])


def _format_of(path: Path) -> tuple[int, int]:
    """Channels and sample rate in Hz of a sound file."""
    try:
        with path.open("rb") as file, SoundFileReader(split_parts(file).streams[0]) as reader:
            return reader.channels, reader.sample_rate
    except OSError as error:
        raise AudioFileError(f"cannot read {path}: {error.strerror or error}") from error


def _decibels(power: float) -> float:
    return round(10 * math.log10(power + 1e-12), 2)
