"""How OSC packets are framed on a TCP connection: by their length, or by SLIP.

OSC 1.0 sends the size of each packet before it; OSC 1.1 sends packets between END bytes, as in SLIP
(RFC 1055). The first byte that a client sends shows which of the two it uses.
"""

from __future__ import annotations

import struct
from typing import Protocol

from distill_live.inputs.osc.packets import MAX_PACKET_BYTES

_END, _ESCAPE = b"\xc0", b"\xdb"
_ESCAPED_END, _ESCAPED_ESCAPE = b"\xdb\xdc", b"\xdb\xdd"
_SIZE_BYTES = 4


class FramingError(ValueError):
    """The bytes of a connection cannot be split into packets."""


class Framing(Protocol):
    """Splits received bytes into packets, and frames outgoing packets in the same way."""

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes. Do not read on after a FramingError."""

    def wrap(self, packet: bytes) -> bytes:
        """A packet as it is sent over the connection."""


class LengthPrefixed:
    """OSC 1.0: the size of a packet as a big-endian int32, then the packet."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """See Framing."""
        self._buffer += data
        packets: list[bytes] = []
        while len(self._buffer) >= _SIZE_BYTES:
            (size,) = struct.unpack_from(">I", self._buffer)
            if size > MAX_PACKET_BYTES:
                raise FramingError(f"a packet of {size} bytes; legal: up to {MAX_PACKET_BYTES}")
            end = _SIZE_BYTES + size
            if len(self._buffer) < end:
                break
            packets.append(bytes(self._buffer[_SIZE_BYTES:end]))
            del self._buffer[:end]
        return packets

    def wrap(self, packet: bytes) -> bytes:
        """See Framing."""
        return struct.pack(">I", len(packet)) + packet


class Slip:
    """OSC 1.1: an END byte before and after each packet; the first may be missing."""

    def __init__(self) -> None:
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """See Framing."""
        packets: list[bytes] = []
        first, *rest = data.split(_END)
        self._grow(first)
        for part in rest:
            # Nothing is between the END after one packet and the END before the next.
            if self._begun:
                packets.append(_unescape(bytes(self._begun)))
            self._begun.clear()
            self._grow(part)
        return packets

    def wrap(self, packet: bytes) -> bytes:
        """See Framing."""
        escaped = packet.replace(_ESCAPE, _ESCAPED_ESCAPE).replace(_END, _ESCAPED_END)
        return _END + escaped + _END

    def _grow(self, part: bytes) -> None:
        self._begun += part
        # Escaping can double each byte.
        if len(self._begun) > 2 * MAX_PACKET_BYTES:
            raise FramingError(f"a packet without an end; legal: up to {MAX_PACKET_BYTES} bytes")


def framing_of(first: int) -> Framing | None:
    """The framing that the first byte of a client shows; None if it is neither.

    A size below 2**24 begins with 0. A SLIP packet begins with END, or, if that is missing, with
    the first letter of an address or a bundle.
    """
    if first == 0:
        return LengthPrefixed()
    return Slip() if first in b"\xc0/#" else None


def _unescape(packet: bytes) -> bytes:
    ends, escapes = packet.count(_ESCAPED_END), packet.count(_ESCAPED_ESCAPE)
    if packet.count(_ESCAPE) != ends + escapes:
        raise FramingError("an invalid SLIP escape")
    return packet.replace(_ESCAPED_END, _END).replace(_ESCAPED_ESCAPE, _ESCAPE)
