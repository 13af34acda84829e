"""PNG pictures, read back by another hand: as the specification says."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import numpy as np


class Png(NamedTuple):
    """A picture: places in its palette `[rows, columns]`, or colours `[rows, columns, 3]`."""

    pixels: np.ndarray
    palette: np.ndarray | None


def read_png(data: bytes) -> Png:
    """A picture with 8 bits per value, in colours or with a palette, whose rows have no filter."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        (checksum,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(body)
        chunks[body[:4]] = body[4:]
        at += 12 + length
    columns, rows, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert depth == 8 and kind in (2, 3)
    each = 3 if kind == 2 else 1
    content = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8)
    lines = content.reshape(rows, each * columns + 1)
    assert (lines[:, 0] == 0).all()
    if kind == 2:
        return Png(lines[:, 1:].reshape(rows, columns, 3), None)
    palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(256, 3)
    return Png(lines[:, 1:], palette)
