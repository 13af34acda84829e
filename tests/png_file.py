"""PNG pictures, read back by another hand: as the specification says."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import numpy as np


class Png(NamedTuple):
    """A picture: places in its palette `[rows, columns]`, and the palette `[256, 3]`."""

    pixels: np.ndarray
    palette: np.ndarray

    @property
    def colours(self) -> np.ndarray:
        """Red, green and blue `[rows, columns, 3]`."""
        found: np.ndarray = self.palette[self.pixels]
        return found


def read_png(data: bytes) -> Png:
    """A picture with a palette and 8 bits per pixel, whose rows have no filter."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        (checksum,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(body)
        chunks[body[:4]] = body[4:]
        at += 12 + length
    columns, rows, depth, kind_of_colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, kind_of_colour) == (8, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, columns + 1)
    assert (lines[:, 0] == 0).all()
    return Png(lines[:, 1:], np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(256, 3))
