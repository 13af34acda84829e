"""Messages as OSC bytes that every client reads: int32, float32 and text alone.

Pd drops what has other type tags, booleans among them, so a boolean is 1 or 0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

#: The largest bundle, in bytes: what fits into one packet of an Ethernet.
MAX_BUNDLE_BYTES = 1400

_HEADER = b"#bundle\0" + bytes(7) + b"\1"
_INT32 = range(-(2**31), 2**31)
_MAX_FLOAT32 = 3.4028234e38


def encode_message(address: str, arguments: Iterable[object]) -> bytes:
    """One message; what is no number becomes a text, and an int too large for int32 a float."""
    tags, data = ",", b""
    for argument in arguments:
        tag, more = _encode(argument)
        tags += tag
        data += more
    return _text(address) + _text(tags) + data


def encode_bundles(messages: Iterable[tuple[str, Sequence[object]]]) -> list[bytes]:
    """As few bundles for now as hold the messages in order.

    Each has MAX_BUNDLE_BYTES or less, but for one message alone that is larger.
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
    """A text that ends in one to four zero bytes; it cannot hold any itself."""
    data = text.replace("\0", " ").encode(errors="replace")
    return data + bytes(4 - len(data) % 4)
