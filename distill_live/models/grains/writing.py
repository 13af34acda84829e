"""Writes a file of grains."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from distill_live.atomic_file import atomic_file
from distill_live.errors import ModelFileError
from distill_live.models.grains.file import Levels, file_start
from distill_live.models.grains.header import GrainFileHeader, SoundFormat, StoredRecording


class GivenRecording(NamedTuple):
    """A recording for the file: its path inside the folder, its `samples` at the model's rate, and
    its `pieces`, sound files of so many `channels`, 1 or 2: a flac file for every PIECE_SAMPLES
    samples, or a single ogg file."""

    name: str
    samples: int
    pieces: Sequence[bytes]
    channels: int = 1


def write_grains(
    path: Path,
    *,
    model_name: str,
    codec_sha256: str,
    sample_rate: int,
    hop_length: int,
    firsts: Sequence[int],
    sound_format: SoundFormat,
    levels: Sequence[Levels],
    recordings: Iterable[GivenRecording],
) -> GrainFileHeader:
    """Write a file of grains, atomically, and return its header.

    There is one of `recordings` for each of `levels` `[T, D]`. Raises ModelFileError when the file
    cannot be written.
    """
    joined = np.concatenate(levels)
    stored: list[StoredRecording] = []
    sounds: list[bytes] = []
    start = joined.size
    for one, own in zip(recordings, levels, strict=True):
        sound = b"".join(one.pieces)
        digest, lengths = hashlib.sha256(sound).hexdigest(), tuple(map(len, one.pieces))
        stored.append(
            StoredRecording(one.name, one.samples, len(own), start, lengths, digest, one.channels)
        )
        sounds.append(sound)
        start += len(sound)
    header = GrainFileHeader(
        model_name=model_name,
        codec_sha256=codec_sha256,
        sample_rate=sample_rate,
        hop_length=hop_length,
        firsts=tuple(firsts),
        sound_format=sound_format,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        levels_sha256=hashlib.sha256(joined.tobytes()).hexdigest(),
        recordings=tuple(stored),
    )
    try:
        with atomic_file(path) as temporary, temporary.open("wb") as file:
            file.write(file_start(header))
            file.write(joined.tobytes())
            file.writelines(sounds)
    except OSError as error:
        raise ModelFileError(f"cannot save {path}: {error.strerror or error}") from error
    return header
