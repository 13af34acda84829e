"""The file of a model's grains, NAME.grains: the recordings' own sound, and what is compared of it.

    8 bytes     `DLGRAINS`
    8 bytes     length of the header, little endian
    header      JSON: `content`, what the file says of itself, and `seal`, the SHA-256 of `content`
    the rest    levels `[T, D]` as bytes, then each recording: flac files of a third of a second,
                which can be read from anywhere, or one ogg file

The header has the SHA-256 of each part, and all are checked when the file is opened, so no byte of
it can change unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from distill_live.atomic_file import atomic_file
from distill_live.errors import ModelFileError

#: Follows the name of a model's file.
GRAINS_SUFFIX = ".grains"
FORMAT_VERSION = 1

#: How recordings are stored: as they are, in 16 bits, or small, for passing on.
SoundFormat = Literal["flac", "ogg"]
#: How many samples a flac file in it has.
PIECE_SAMPLES = 1 << 14
#: The most seconds of recordings that can be stored as ogg, which stays in memory decoded.
MOST_OGG_SECONDS = 600.0

_MAGIC = b"DLGRAINS"
_LENGTH_BYTES = 8
_MOST_HEADER_BYTES = 8 * 1024 * 1024
_MOST_NUMBER = (1 << 31) - 1
_READ_BYTES = 1 << 20

Levels = NDArray[np.uint8]


@dataclass(frozen=True)
class StoredRecording:
    """A recording in the file: its path inside the folder, its `samples` at the model's rate, the
    `frames` of mels that its levels have, where its sound begins in the file, and how many bytes
    each of its `pieces` has."""

    name: str
    samples: int
    frames: int
    start: int
    pieces: tuple[int, ...]
    sha256: str

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


def grains_path(model: Path) -> Path:
    """Where a model's grains are: beside its file."""
    return model.with_suffix(GRAINS_SUFFIX)


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
    recordings: Iterable[tuple[str, int, Sequence[bytes]]],
) -> GrainFileHeader:
    """Write a file of grains, atomically, and return its header.

    `recordings` are (name, samples, sound files), one for each of `levels` `[T, D]`: a flac file
    for every PIECE_SAMPLES samples, or a single ogg file. Raises ModelFileError when the file
    cannot be written.
    """
    joined = np.concatenate(levels)
    stored: list[StoredRecording] = []
    sounds: list[bytes] = []
    start = joined.size
    for (name, samples, pieces), own in zip(recordings, levels, strict=True):
        sound = b"".join(pieces)
        digest = hashlib.sha256(sound).hexdigest()
        lengths = tuple(map(len, pieces))
        stored.append(StoredRecording(name, samples, len(own), start, lengths, digest))
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
            file.write(_head(header))
            file.write(joined.tobytes())
            file.writelines(sounds)
    except OSError as error:
        raise ModelFileError(f"cannot save {path}: {error.strerror or error}") from error
    return header


def require_codec(path: Path, header: GrainFileHeader, codec_sha256: object) -> None:
    """Raise ModelFileError unless a file of grains is of the codec with this checksum."""
    if header.codec_sha256 != codec_sha256:
        raise ModelFileError(
            f"{path} was made for another codec than that of {path.stem}: write it again with "
            f"`distill-live models refresh {path.stem} FOLDER`"
        )


def read_grains_header(path: Path) -> GrainFileHeader:
    """Read and check the header alone. Raises ModelFileError when the file is missing, damaged or
    of another version."""
    return _open(path)[0]


class GrainFile:
    """An open file of grains, mapped into memory: what is not used takes none.

    `sha256` is that of the header, and so of the whole content. Raises ModelFileError when the file
    is missing, damaged or of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header, self.sha256, self._content = _open(path)
        _check_content(path, self.header, path.stat().st_size - len(self._content))
        groups = len(self.header.firsts)
        levels = np.frombuffer(self._content, np.uint8, count=self.header.frames * groups)
        #: Levels `[T, D]` of all recordings, read-only.
        self.levels: Levels = levels.reshape(-1, groups)

    def piece(self, recording: int, number: int) -> bytes:
        """The sound file of a piece of a recording."""
        one = self.header.recordings[recording]
        start = one.start + sum(one.pieces[:number])
        return bytes(self._content[start : start + one.pieces[number]])


def _head(header: GrainFileHeader) -> bytes:
    content = json.dumps({"format_version": FORMAT_VERSION} | asdict(header), separators=(",", ":"))
    seal = hashlib.sha256(content.encode()).hexdigest()
    raw = json.dumps({"content": content, "seal": seal}, separators=(",", ":")).encode()
    # Aligned, as arrays that are mapped like it.
    raw += b" " * (-len(raw) % 64)
    return _MAGIC + len(raw).to_bytes(_LENGTH_BYTES, "little") + raw


def _open(path: Path) -> tuple[GrainFileHeader, str, memoryview]:
    """The header, its seal, and the content after it."""
    try:
        with path.open("rb") as file:
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        # An empty file cannot be mapped.
        reason = getattr(error, "strerror", None) or "it is empty"
        raise ModelFileError(f"cannot read {path}: {reason}") from error
    start = len(_MAGIC) + _LENGTH_BYTES
    length = int.from_bytes(mapped[len(_MAGIC) : start], "little")
    if bytes(mapped[: len(_MAGIC)]) != _MAGIC or length > _MOST_HEADER_BYTES:
        raise _damaged(path, "it is not a file of grains")
    header, seal = _parse(bytes(mapped[start : start + length]), path)
    content = mapped[start + length :]
    end = header.recordings[-1].start + header.recordings[-1].length
    if end != len(content):
        raise _damaged(path, f"it has {len(content)} bytes of content instead of {end}")
    return header, seal, content


def _check_content(path: Path, header: GrainFileHeader, start: int) -> None:
    """Raise ModelFileError unless each part, from byte `start` of the file on, is as the header
    says. The file is read, not mapped, so that this takes no memory."""
    size = header.frames * len(header.firsts)
    parts = [("what is compared", 0, size, header.levels_sha256)]
    parts += [(one.name, one.start, one.length, one.sha256) for one in header.recordings]
    try:
        with path.open("rb") as file:
            for name, first, length, sha256 in parts:
                file.seek(start + first)
                digest = hashlib.sha256()
                while length and (content := file.read(min(length, _READ_BYTES))):
                    digest.update(content)
                    length -= len(content)
                if digest.hexdigest() != sha256:
                    raise _damaged(path, f"{name} does not match its checksum")
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror or error}") from error


def _parse(raw: bytes, path: Path) -> tuple[GrainFileHeader, str]:
    try:
        document = json.loads(raw)
        text, seal = document["content"], document["seal"]
        if hashlib.sha256(text.encode()).hexdigest() != seal:
            raise _damaged(path, "its header does not match its checksum")
        content: dict[str, Any] = json.loads(text)
        version = content.pop("format_version")
        if version != FORMAT_VERSION:
            raise ModelFileError(
                f"{path} has format version {version!r}; this program reads {FORMAT_VERSION}: "
                "update distill-live"
            )
        recordings = tuple(
            StoredRecording(**{**one, "pieces": tuple(map(int, one["pieces"]))})
            for one in content.pop("recordings")
        )
        firsts = tuple(int(one) for one in content.pop("firsts"))
        header = GrainFileHeader(**content, firsts=firsts, recordings=recordings)
        _check(header)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _damaged(path, "its header is not that of a file of grains") from error
    return header, seal


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
        numbers += [one.samples, one.frames, one.start]
    if not all(type(one) is str for one in texts) or not all(type(one) is int for one in numbers):
        raise TypeError("a part of it has the wrong type")


def _damaged(path: Path, reason: str) -> ModelFileError:
    return ModelFileError(
        f"{path} is damaged: {reason}; copy it again from the original, or write it again with "
        "`distill-live models refresh`"
    )
