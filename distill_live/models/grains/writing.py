"""Writes a file of grains."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

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
    pieces: Iterable[bytes]
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
    try:
        with tempfile.TemporaryFile(dir=path.parent) as sounds:
            stored = [
                _stored(one, own, joined.size, sounds)
                for one, own in zip(recordings, levels, strict=True)
            ]
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
            sounds.seek(0)
            with atomic_file(path) as temporary, temporary.open("wb") as file:
                file.write(file_start(header))
                file.write(joined.tobytes())
                shutil.copyfileobj(sounds, file)
    except OSError as error:
        raise ModelFileError(f"cannot save {path}: {error.strerror or error}") from error
    return header


def _stored(one: GivenRecording, own: Levels, before: int, sounds: BinaryIO) -> StoredRecording:
    """Append a recording's pieces to the sounds, which `before` bytes will precede in the file."""
    start, digest, lengths = before + sounds.tell(), hashlib.sha256(), list[int]()
    for piece in one.pieces:
        sounds.write(piece)
        digest.update(piece)
        lengths.append(len(piece))
    return StoredRecording(
        one.name, one.samples, len(own), start, tuple(lengths), digest.hexdigest(), one.channels
    )
