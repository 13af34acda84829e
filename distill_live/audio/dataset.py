"""A folder of recordings, read and made ready to train on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.reading.folder import FolderContent, look_through
from distill_live.audio.reading.sample_store import SampleStore, StoredSamples
from distill_live.audio.reading.sound import Sound
from distill_live.audio.stereo.channels import left_and_right
from distill_live.errors import AudioFileError, DatasetError
from distill_live.escapes import escape

#: Shorter clips say too little about how a sound continues.
MIN_SECONDS = 0.3

#: The part of each recording, its end, that training does not see and validation does.
HOLDOUT = 0.1

_WHAT_IS_READ = "wav, flac, ogg, opus, mp3, aiff and caf files are read"

Samples = NDArray[np.float32]

# -80 dB: below it there is nothing to learn.
_SILENCE = 1e-4


@dataclass(frozen=True)
class Recording:
    """One recording: its path inside the folder, escaped, and its samples `[N]`, mixed to mono.

    `side` `[N]` is half of what the channels of a stereo recording differ by: its left channel is
    `samples` + `side`, its right one `samples` - `side`. It is None if the recording is mono.
    """

    name: str
    samples: Samples
    side: Samples | None = None

    @property
    def has_side(self) -> bool:
        """Whether it is stereo."""
        return self.side is not None

    def part(self, start: int, end: int) -> Recording:
        """A copy of its samples from `start` up to `end`."""
        side = self.side
        return Recording(
            self.name,
            self.samples[start:end].copy(),
            None if side is None else side[start:end].copy(),
        )

    def parts(self, size: int) -> Iterator[Recording]:
        """Copies of its samples, `size` at a time."""
        for start in range(0, len(self.samples), size):
            yield self.part(start, start + size)

    @property
    def middle_and_side(self) -> Samples:
        """The samples `[N, C]` as a codec takes them: the middle, then the side if there is one."""
        if self.side is None:
            return self.samples[:, None]
        return np.stack([self.samples, self.side], axis=1)

    @property
    def heard(self) -> Samples:
        """Its sound: `[N]`, or `[N, 2]`, left and right, if it is stereo."""
        return self.samples if self.side is None else left_and_right(self.middle_and_side)


class StoredRecording(Recording):
    """A recording whose samples are in a file. Each access maps them into memory anew, so hold on
    to them only as long as they are needed."""

    _middle: StoredSamples
    _side: StoredSamples | None

    def __init__(self, name: str, middle: StoredSamples, side: StoredSamples | None = None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_middle", middle)
        object.__setattr__(self, "_side", side)

    @property
    def samples(self) -> Samples:
        """As in any recording."""
        return self._middle.samples

    @property
    def side(self) -> Samples | None:
        """As in any recording."""
        return None if self._side is None else self._side.samples


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
        return any(one.has_side for one in self.recordings)

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
    scratch: Path | None = None,
) -> Recordings:
    """Read every sound file below `folder`, mixed to mono, at `sample_rate` Hz; with `stereo`, the
    side of those that have one is kept.

    What cannot be read, is shorter than MIN_SECONDS or silent is skipped and told in `skipped`.
    `on_file` hears (files read so far, files found). The samples of large sets are kept in a
    nameless file in the folder `scratch`, by default the system's for temporary files. Raises
    DatasetError when nothing is left, and when that file cannot be written.
    """
    found = read_recordings(folder, sample_rate, on_file, stereo, scratch)
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
    scratch: Path | None = None,
) -> Recordings:
    """As `load_recordings`, but there may be nothing left. Raises DatasetError when the folder has
    no sound files at all."""
    store = SampleStore(scratch)
    content = _look_through(Path(folder))
    paths = content.paths
    recordings: list[Recording] = []
    skipped = [(name_in(folder, path), reason) for path, reason in content.unreadable]
    notes: list[str] = []
    for number, path in enumerate(paths, start=1):
        name = name_in(folder, path)
        try:
            sound = Sound(path)
            recording = read_recording(sound, name, sample_rate, stereo, store)
            _require_usable(recording.samples, sample_rate)
            recordings.append(recording)
            notes += [f"{name}: {note}" for note in sound.notes]
        except (AudioFileError, DatasetError) as error:
            skipped.append((name, str(error)))
        except OSError as error:
            raise DatasetError(_no_room(error, scratch)) from error
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


def read_recording(
    sound: Sound,
    name: str,
    sample_rate: int,
    stereo: bool = False,
    store: SampleStore | None = None,
) -> Recording:
    """All of a sound, with its side if it has one and `stereo` is wanted; in memory, unless a
    `store` says otherwise. Raises AudioFileError, and OSError when the store cannot be written."""
    channels = 2 if stereo and sound.is_stereo else 1
    most = sound.most_samples(sample_rate)
    if store and not store.leaves_in_memory(channels * most):
        return StoredRecording(
            name, *store.write(sound.blocks(sample_rate, channels), most, channels)
        )
    if channels == 2:
        return Recording(name, *sound.middle_and_side(sample_rate))
    return Recording(name, sound.whole(sample_rate))


def _no_room(error: OSError, scratch: Path | None) -> str:
    place = scratch or tempfile.gettempdir()
    return (
        f"cannot keep the sound of the recordings in {place}: {error.strerror or error}; an hour "
        "of stereo takes 1.4 GB there: free some space, or train on less"
    )


def _require_usable(samples: Samples, sample_rate: int) -> None:
    """Raise DatasetError when a recording is too short or silent."""
    seconds = len(samples) / sample_rate
    if seconds < MIN_SECONDS:
        raise DatasetError(f"only {seconds:.2f} s long; at least {MIN_SECONDS:g} s are needed")
    # np.abs would need as much memory again.
    if max(samples.max(), -samples.min()) < _SILENCE:
        raise DatasetError("nothing but silence")
