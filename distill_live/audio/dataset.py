"""A folder of recordings, read and made ready to train on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.reading.folder import FolderContent, look_through
from distill_live.audio.reading.sound import Sound
from distill_live.errors import AudioFileError, DatasetError
from distill_live.escapes import escape

#: Shorter clips say too little about how a sound continues.
MIN_SECONDS = 0.3

#: The part of each recording, its end, that training does not see and validation does.
HOLDOUT = 0.1

_WHAT_IS_READ = "wav, flac, ogg, opus, mp3, aiff and caf files are read"

# -80 dB: below it there is nothing to learn.
_SILENCE = 1e-4


@dataclass(frozen=True)
class Recording:
    """One recording: its path inside the folder, escaped, and its samples `[N]`, mixed to mono.

    `side` `[N]` is half of what the channels of a stereo recording differ by: its left channel is
    `samples` + `side`, its right one `samples` - `side`. It is None if the recording is mono.
    """

    name: str
    samples: NDArray[np.float32]
    side: NDArray[np.float32] | None = None

    @property
    def middle_and_side(self) -> NDArray[np.float32]:
        """The samples `[N, C]` as a codec takes them: the middle, then the side if there is one."""
        if self.side is None:
            return self.samples[:, None]
        return np.stack([self.samples, self.side], axis=1)

    @property
    def heard(self) -> NDArray[np.float32]:
        """Its sound: `[N]`, or `[N, 2]`, left and right, if it is stereo."""
        if self.side is None:
            return self.samples
        return np.stack([self.samples + self.side, self.samples - self.side], axis=1)


@dataclass(frozen=True)
class Recordings:
    """What was read from a folder: recordings at `sample_rate` Hz, (path, reason) for each file
    that was skipped, and `notes`, lines about the others."""

    recordings: list[Recording]
    sample_rate: int
    skipped: list[tuple[str, str]]
    notes: list[str] = field(default_factory=list)

    @property
    def has_stereo(self) -> bool:
        """Whether any recording has a side."""
        return any(one.side is not None for one in self.recordings)

    @property
    def seconds(self) -> float:
        """Length of all recordings together."""
        return sum(len(one.samples) for one in self.recordings) / self.sample_rate


def find_recordings(folder: str | Path) -> list[Path]:
    """All sound files below `folder` that libsndfile reads, sorted; links are followed, once each,
    and hidden files and folders are skipped.

    Raises DatasetError when there is no such folder or no sound file in it.
    """
    return _look_through(Path(folder)).paths


def load_recordings(
    folder: str | Path,
    sample_rate: int = 48_000,
    on_file: Callable[[int, int], None] | None = None,
    stereo: bool = False,
) -> Recordings:
    """Read every sound file below `folder`, mixed to mono, at `sample_rate` Hz; with `stereo`, the
    side of those that have one is kept.

    What cannot be read, is shorter than MIN_SECONDS or silent is skipped and told in `skipped`.
    `on_file` hears (files read so far, files found). Raises DatasetError when nothing is left.
    """
    found = read_recordings(folder, sample_rate, on_file, stereo)
    if not found.recordings:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.skipped[:3])
        count = len(found.skipped)
        raise DatasetError(f"none of the {count} files in {folder} can be used ({reasons})")
    return found


def read_recordings(
    folder: str | Path,
    sample_rate: int = 48_000,
    on_file: Callable[[int, int], None] | None = None,
    stereo: bool = False,
) -> Recordings:
    """As `load_recordings`, but there may be nothing left. Raises DatasetError when the folder has
    no sound files at all."""
    content = _look_through(Path(folder))
    paths = content.paths
    recordings: list[Recording] = []
    skipped = [(name_in(folder, path), reason) for path, reason in content.unreadable]
    notes: list[str] = []
    for number, path in enumerate(paths, start=1):
        name = name_in(folder, path)
        try:
            sound = Sound(path)
            recording = read_recording(sound, name, sample_rate, stereo)
            _require_usable(recording.samples, sample_rate)
            recordings.append(recording)
            notes += [f"{name}: {note}" for note in sound.notes]
        except (AudioFileError, DatasetError) as error:
            skipped.append((name, str(error)))
        if on_file:
            on_file(number, len(paths))
    return Recordings(recordings, sample_rate, skipped, notes + content.left_out)


def name_in(folder: str | Path, path: Path) -> str:
    """The name of a recording below a folder, for model files, reports and the terminal."""
    return escape(path.relative_to(folder).as_posix())


def training_columns(columns: int, holdout: float = HOLDOUT) -> int:
    """How many of a recording's columns, from its start, are for training.

    The rest is for validation. Too few columns to give one away are all for training.
    """
    return columns - int(columns * holdout)


def _look_through(folder: Path) -> FolderContent:
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder; give the folder that holds your recordings")
    content = look_through(folder)
    if not content.paths:
        reasons = [f"{name_in(folder, path)}: {why}" for path, why in content.unreadable]
        found = "; ".join([*content.left_out, *reasons])
        raise DatasetError(f"no recordings in {folder}: {found or _WHAT_IS_READ}")
    return content


def read_recording(sound: Sound, name: str, sample_rate: int, stereo: bool = False) -> Recording:
    """All of a sound, with its side if it has one and `stereo` is wanted. Raises AudioFileError."""
    if stereo and sound.is_stereo:
        return Recording(name, *sound.middle_and_side(sample_rate))
    return Recording(name, sound.whole(sample_rate))


def _require_usable(samples: NDArray[np.float32], sample_rate: int) -> None:
    """Raise DatasetError when a recording is too short or silent."""
    seconds = len(samples) / sample_rate
    if seconds < MIN_SECONDS:
        raise DatasetError(f"only {seconds:.2f} s long; at least {MIN_SECONDS:g} s are needed")
    # np.abs would need as much memory again.
    if max(samples.max(), -samples.min()) < _SILENCE:
        raise DatasetError("nothing but silence")
