"""Messages as OSC bytes that every client can read: only int32, float32 and text.

Pd drops messages with other type tags, such as booleans; so a boolean becomes 1 or 0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

#: The largest bundle, in bytes: it fits into one Ethernet packet.
MAX_BUNDLE_BYTES = 1400

_HEADER = b"#bundle\0" + bytes(7) + b"\1"
_INT32 = range(-(2**31), 2**31)
_MAX_FLOAT32 = 3.4028234e38


def encode_message(address: str, arguments: Iterable[object]) -> bytes:
    """One message. What is not a number becomes text, an int too large for int32 a float."""
    tags, data = ",", b""
    for argument in arguments:
        tag, more = _encode(argument)
        tags += tag
        data += more
    return _text(address) + _text(tags) + data


def encode_bundles(messages: Iterable[tuple[str, Sequence[object]]]) -> list[bytes]:
    """The messages, in order, in as few bundles as possible; their time tag is "now".

    Each has at most MAX_BUNDLE_BYTES, unless a single message is larger.
    """
    bundles: list[bytearray] = []
    for address, arguments in messages:
        message = encode_message(address, arguments)
        if not bundles or len(bundles[-1]) + 4 + len(message) > MAX_BUNDLE_BYTES:
            bundles.append(bytearray(_HEADER))
        bundles[-1] += struct.pack(">i", len(message)) + message
    return [bytes(bundle) for bundle in bundles]


def _encode(argument: object) -> tuple[str, bytes]:
    if isinstance(argument, int) and argument in _INT32:
        return "i", struct.pack(">i", argument)
    if isinstance(argument, int | float):
        return "f", struct.pack(">f", min(max(argument, -_MAX_FLOAT32), _MAX_FLOAT32))
    return "s", _text(str(argument))


def _text(text: str) -> bytes:
    """A text, followed by one to four zero bytes; zero bytes inside it become spaces."""
    data = text.replace("\0", " ").encode(errors="replace")
    return data + bytes(4 - len(data) % 4)
