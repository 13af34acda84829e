"""PNG pictures, written without a library; and the colours that all pictures share."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

# From nothing to much: near black, violet, red, yellow, near white; evenly lighter.
_COLOURS = (
    (8, 8, 20), (50, 16, 90), (114, 31, 129), (183, 55, 121), (241, 96, 93), (254, 176, 120),
    (252, 253, 191),
)  # fmt: skip

# Of a PNG's header: bits per pixel, and pixels that are indices of a palette.
_BITS, _INDEXED = 8, 3


def shades(count: int = 256) -> NDArray[np.uint8]:
    """So many colours `[count, 3]`, dark to light."""
    stops = np.linspace(0, count - 1, len(_COLOURS))
    channels = [
        np.interp(np.arange(count), stops, channel) for channel in zip(*_COLOURS, strict=True)
    ]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def shade_indices(values: NDArray[np.floating], count: int = 256) -> NDArray[np.uint8]:
    """Values 0 (dark) to 1 (light) to the indices of so many shades; beyond is clipped."""
    found: NDArray[np.uint8] = np.round(np.clip(values, 0, 1) * (count - 1)).astype(np.uint8)
    return found


def values_png(values: NDArray[np.floating]) -> bytes:
    """A PNG of values `[rows, columns]`, 0 (dark) to 1 (light); the first row is the top one."""
    return indexed_png(shade_indices(values), shades())


def indexed_png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """A PNG of pixels `[rows, columns]`, which are indices of a palette `[256, 3]`."""
    rows, columns = pixels.shape
    # Each row begins with its filter: none.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels], axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, _BITS, _INDEXED, 0, 0, 0)
    chunks = [
        (b"IHDR", head), (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
