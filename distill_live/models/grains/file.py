"""The file of a model's grains, NAME.grains: the recordings' own sound, and what is compared of it.

    8 bytes     `DLGRAINS`
    8 bytes     length of the header, little endian
    header      JSON: `content`, what the file says of itself, and `seal`, the SHA-256 of `content`
    the rest    levels `[T, D]` as bytes, then each recording, in one channel or in two: flac files
                of a third of a second, which can be read from anywhere, or one ogg file

The header has the SHA-256 of each part, and all are checked when the file is opened, so no byte of
it can change unnoticed.
"""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import ModelFileError
from distill_live.models.grains.header import (
    GrainFileHeader,
    damaged,
    decode_header,
    encode_header,
)

#: Follows the name of a model's file.
GRAINS_SUFFIX = ".grains"

_MAGIC = b"DLGRAINS"
_LENGTH_BYTES = 8
_MOST_HEADER_BYTES = 8 * 1024 * 1024
_READ_BYTES = 1 << 20

Levels = NDArray[np.uint8]


def grains_path(model: Path) -> Path:
    """Where a model's grains are: beside its file."""
    return model.with_suffix(GRAINS_SUFFIX)


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


def file_start(header: GrainFileHeader) -> bytes:
    """What a file with this header begins with, up to its levels."""
    raw = encode_header(header)
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
        raise damaged(path, "it is not a file of grains")
    header, seal = decode_header(bytes(mapped[start : start + length]), path)
    content = mapped[start + length :]
    end = header.recordings[-1].start + header.recordings[-1].length
    if end != len(content):
        raise damaged(path, f"it has {len(content)} bytes of content instead of {end}")
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
                    raise damaged(path, f"{name} does not match its checksum")
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror or error}") from error
