"""PNG pictures, written without a library; and the palette that all pictures share."""

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

# The kinds of pixels in a PNG's header: three colours each, or a place in the palette.
_TRUE_COLOUR, _INDEXED = 2, 3


def palette() -> NDArray[np.uint8]:
    """The colours of 0 to 255 `[256, 3]`, dark to light."""
    stops = np.linspace(0, 255, len(_COLOURS))
    channels = [
        np.interp(np.arange(256), stops, channel) for channel in zip(*_COLOURS, strict=True)
    ]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def places(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Values 0 (dark) to 1 (light) to their places in the palette; beyond is clipped."""
    found: NDArray[np.uint8] = np.round(np.clip(values, 0.0, 1.0) * 255).astype(np.uint8)
    return found


def values_png(values: NDArray[np.floating]) -> bytes:
    """A PNG of values `[rows, columns]`, 0 (dark) to 1 (light); the first row is the top one."""
    return _png(places(values), _INDEXED, [(b"PLTE", palette().tobytes())])


def colours_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of red, green and blue `[rows, columns, 3]`."""
    return _png(pixels, _TRUE_COLOUR, [])


def _png(pixels: NDArray[np.uint8], kind: int, extra: list[tuple[bytes, bytes]]) -> bytes:
    rows, columns = pixels.shape[:2]
    # Each row begins with its filter: none.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    data = zlib.compress(lines.tobytes(), 9)
    chunks = [(b"IHDR", head), *extra, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
