"""Arrays as images that are embedded in the page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

# From nothing to much: near black, violet, red, yellow, near white; evenly lighter.
_COLOURS = (
    (8, 8, 20), (50, 16, 90), (114, 31, 129), (183, 55, 121), (241, 96, 93), (254, 176, 120),
    (252, 253, 191),
)  # fmt: skip


def data_uri(kind: str, content: bytes) -> str:
    """Bytes of a MIME type as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def picture(values: NDArray[np.floating]) -> str:
    """Values `[rows, columns]`, 0 (dark) to 1 (light), as the address of a PNG; beyond is clipped.

    The first row is the top one.
    """
    places = np.round(np.clip(values, 0.0, 1.0) * 255).astype(np.uint8)
    return data_uri("image/png", _png(places))


def _palette() -> NDArray[np.uint8]:
    """The colours of 0 to 255 `[256, 3]`."""
    stops = np.linspace(0, 255, len(_COLOURS))
    channels = [
        np.interp(np.arange(256), stops, channel) for channel in zip(*_COLOURS, strict=True)
    ]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def _png(places: NDArray[np.uint8]) -> bytes:
    """A PNG of places in the palette `[rows, columns]`."""
    rows, columns = places.shape
    # Each row begins with its filter: none.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), places], axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)
    chunks = [
        (b"IHDR", head), (b"PLTE", _palette().tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
