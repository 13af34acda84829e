"""Removes times and random numbers from sound files, so that equal samples give the same bytes."""

from __future__ import annotations

import zlib
from pathlib import Path

# Ogg's CRC-32 reads bits from the high end, zlib's from the low: reversing the bits of every byte,
# and of the result, makes one the other.
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_OGG_HEADER_BYTES = 27


def make_reproducible(path: Path, format: str) -> None:
    """Overwrite what libsndfile puts into a new file besides the samples.

    In wav with floats that is the time of writing, in ogg a random serial number on every page
    (RFC 3533, section 6). Other formats have nothing of the kind.
    """
    if format == "wav":
        _clear_peak_time(path)
    elif format == "ogg":
        _clear_serial_numbers(path)


def _clear_peak_time(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(12)  # past "RIFF", size, "WAVE"
        while (chunk := file.read(8)) and chunk[:4] != b"data":
            if chunk[:4] == b"PEAK":
                file.seek(4, 1)  # past the version
                file.write(bytes(4))
                return
            size = int.from_bytes(chunk[4:], "little")
            file.seek(size + size % 2, 1)


def _clear_serial_numbers(path: Path) -> None:
    with path.open("r+b") as file:
        while head := bytearray(file.read(_OGG_HEADER_BYTES)):
            lengths = file.read(head[26])
            sound = file.read(sum(lengths))
            head[14:18] = head[22:26] = bytes(4)
            head[22:26] = _ogg_checksum(bytes(head) + lengths + sound).to_bytes(4, "little")
            size = len(head) + len(lengths) + len(sound)
            file.seek(-size, 1)
            file.write(head)
            file.seek(size - len(head), 1)


def _ogg_checksum(page: bytes) -> int:
    reflected = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reflected:032b}"[::-1], 2)
