"""The header of a file of grains: what the file says of itself, and the checks of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from distill_live.errors import ModelFileError

#: The format of files whose recordings all have one channel, and of those in which some have two.
MONO_VERSION, STEREO_VERSION = 1, 2

#: How recordings are stored: as they are, in 16 bits, or small, for passing on.
SoundFormat = Literal["flac", "ogg"]
#: How many samples a flac file in it has.
PIECE_SAMPLES = 1 << 14
#: The most seconds of recordings that can be stored as ogg, which stays in memory decoded.
MOST_OGG_SECONDS = 600.0

_MOST_NUMBER = (1 << 31) - 1


@dataclass(frozen=True)
class StoredRecording:
    """A recording in the file: its path inside the folder, its `samples` at the model's rate, the
    `frames` of mels that its levels have, where its sound begins in the file, how many bytes each
    of its `pieces` has, and how many `channels`, 1 or 2."""

    name: str
    samples: int
    frames: int
    start: int
    pieces: tuple[int, ...]
    sha256: str
    channels: int = 1

    @property
    def length(self) -> int:
        """How many bytes all its pieces have."""
        return sum(self.pieces)


@dataclass(frozen=True)
class GrainFileHeader:
    """What a file of grains says of itself.

    `codec_sha256` is the codec from whose mels the levels were made: no other one fits. `firsts`
    are the first mel bins of the groups that have a level. `recordings` are in the order of the
    levels.
    """

    model_name: str
    codec_sha256: str
    sample_rate: int
    hop_length: int
    firsts: tuple[int, ...]
    sound_format: str
    created: str
    levels_sha256: str
    recordings: tuple[StoredRecording, ...]

    @property
    def frames(self) -> int:
        """Frames of all recordings together."""
        return sum(one.frames for one in self.recordings)

    @property
    def seconds(self) -> float:
        """Length of all recordings together."""
        return sum(one.samples for one in self.recordings) / self.sample_rate

    @property
    def channels(self) -> int:
        """How many channels its sound has: 2 as soon as one of its recordings has."""
        return max(one.channels for one in self.recordings)


def encode_header(header: GrainFileHeader) -> bytes:
    """A header as JSON: its content, and a seal, the checksum of that.

    What a file of one channel says has no word of channels, so that it is the same as ever.
    """
    said = asdict(header)
    for one in said["recordings"]:
        if one["channels"] == 1:
            del one["channels"]
    said = {"format_version": _version(header)} | said
    content = json.dumps(said, separators=(",", ":"))
    seal = hashlib.sha256(content.encode()).hexdigest()
    return json.dumps({"content": content, "seal": seal}, separators=(",", ":")).encode()


def decode_header(raw: bytes, path: Path) -> tuple[GrainFileHeader, str]:
    """The header of the file `path`, from JSON, and its seal. Raises ModelFileError when it is
    damaged, makes no sense or is of another version."""
    try:
        document = json.loads(raw)
        text, seal = document["content"], document["seal"]
        if hashlib.sha256(text.encode()).hexdigest() != seal:
            raise damaged(path, "its header does not match its checksum")
        content: dict[str, Any] = json.loads(text)
        version = content.pop("format_version")
        if version not in (MONO_VERSION, STEREO_VERSION):
            raise ModelFileError(
                f"{path} has format version {version!r}; this program reads {MONO_VERSION} and "
                f"{STEREO_VERSION}: update distill-live"
            )
        recordings = tuple(
            StoredRecording(**{**one, "pieces": tuple(map(int, one["pieces"]))})
            for one in content.pop("recordings")
        )
        firsts = tuple(int(one) for one in content.pop("firsts"))
        header = GrainFileHeader(**content, firsts=firsts, recordings=recordings)
        _check(header)
        if version != _version(header):
            raise ValueError("its version is not that of its channels")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged(path, "its header is not that of a file of grains") from error
    return header, seal


def damaged(path: Path, reason: str) -> ModelFileError:
    """The error for a file of grains that is not as it was written."""
    return ModelFileError(
        f"{path} is damaged: {reason}; copy it again from the original, or write it again with "
        "`distill-live models refresh`"
    )


def _version(header: GrainFileHeader) -> int:
    return MONO_VERSION if header.channels == 1 else STEREO_VERSION


def _check(header: GrainFileHeader) -> None:
    """Raise ValueError or TypeError for what makes no sense: a file may say anything."""
    if header.sound_format not in ("flac", "ogg"):
        raise ValueError("its sound is in an unknown format")
    _check_types(header)
    numbers = (header.sample_rate, header.hop_length, len(header.firsts), header.frames)
    if not all(1 <= one <= _MOST_NUMBER for one in numbers):
        raise ValueError("a number is out of range")
    if header.firsts[0] != 0 or any(np.diff(header.firsts) < 1):
        raise ValueError("the groups of mel bins are not in order")
    samples = sum(one.samples for one in header.recordings)
    if header.sound_format == "ogg" and samples > MOST_OGG_SECONDS * header.sample_rate:
        raise ValueError("it has too much ogg")
    start = header.frames * len(header.firsts)
    for one in header.recordings:
        if min(one.samples, one.frames, *one.pieces) < 0:
            raise ValueError("a number is below 0")
        if one.channels not in (1, 2):
            raise ValueError("a recording has neither one channel nor two")
        if one.start != start:
            raise ValueError("a recording is not right after the one before")
        start += one.length
        pieces = -(-one.samples // PIECE_SAMPLES) if header.sound_format == "flac" else 1
        if len(one.pieces) != pieces:
            raise ValueError("a recording lacks a piece")
        if one.frames > one.samples // header.hop_length + 1:
            raise ValueError("a recording has more frames than sound")


def _check_types(header: GrainFileHeader) -> None:
    """Raise TypeError unless names are text and numbers are whole."""
    texts: list[object] = [
        header.model_name, header.codec_sha256, header.created, header.levels_sha256
    ]  # fmt: skip
    numbers: list[object] = [header.sample_rate, header.hop_length]
    for one in header.recordings:
        texts += [one.name, one.sha256]
        numbers += [one.samples, one.frames, one.start, one.channels]
    if not all(type(one) is str for one in texts) or not all(type(one) is int for one in numbers):
        raise TypeError("a part of it has the wrong type")
