"""OSC packets: our own bounded reader around python-osc's parser of single messages.

python-osc's bundle parser and dispatcher are not used: a bundle of 20 bytes makes them loop for
ever, an address pattern can take seconds to match, and a time tag puts the server to sleep.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

#: As much as one UDP packet can hold; nothing else limits the number of messages.
MAX_PACKET_BYTES = 64 * 1024
MAX_DEPTH = 8
#: The time tag that means "now"; others count 2**-32 s since 1900.
IMMEDIATELY = 1

_BUNDLE = b"#bundle\0"
_BUNDLE_HEADER_BYTES = 16
_TAG_BYTES = {**dict.fromkeys(b"ifrm", 4), **dict.fromkeys(b"hdt", 8), **dict.fromkeys(b"TFN[]", 0)}
# Tags that python-osc does not know are read as known ones of the same size: an impulse as true, a
# symbol as a string, a character as an integer.
_TAG_SYNONYMS = bytes.maketrans(b"ISc", b"Tsi")

#: An address and its arguments.
Message = tuple[str, list[Any]]


class MalformedPacketError(ValueError):
    """A packet is not OSC, or is too large."""


class Change(NamedTuple):
    """Messages that take effect together, at an NTP time tag."""

    time_tag: int
    messages: list[Message]


def read_packet(packet: bytes) -> list[Change]:
    """The changes in a packet, in order; a message without a bundle is a change for now.

    A bundle within a bundle belongs to the same change, unless its own time tag is later. Raises
    MalformedPacketError if any part of the packet is malformed.
    """
    if len(packet) > MAX_PACKET_BYTES:
        raise MalformedPacketError(f"{len(packet)} bytes; legal: {MAX_PACKET_BYTES}")
    leaves: list[tuple[int, bytes]] = []
    _collect_leaves(packet, 0, 0, leaves)
    changes: dict[int, list[Message]] = {}
    for time_tag, leaf in leaves:
        changes.setdefault(time_tag, []).append(_read_message(leaf))
    return [Change(*change) for change in changes.items()]


def is_bundle(packet: bytes) -> bool:
    """Whether a packet is a bundle, well formed or not."""
    return packet.startswith(_BUNDLE)


def address_of(packet: bytes) -> bytes:
    """The address of a packet that is one message."""
    return packet[: packet.find(b"\0")]


def build_message(address: str, arguments: Sequence[Any]) -> bytes:
    """The packet of one message; without arguments if OSC cannot carry them."""
    try:
        builder = OscMessageBuilder(address)
        for argument in arguments:
            builder.add_arg(argument)
        return bytes(builder.build().dgram)
    except Exception:
        return bytes(OscMessageBuilder(address).build().dgram)


def _collect_leaves(
    packet: bytes, depth: int, time_tag: int, leaves: list[tuple[int, bytes]]
) -> None:
    if not is_bundle(packet):
        leaves.append((time_tag or IMMEDIATELY, packet))
        return
    if depth == MAX_DEPTH:
        raise MalformedPacketError(f"bundles nested deeper than {MAX_DEPTH}")
    if len(packet) < _BUNDLE_HEADER_BYTES:
        raise MalformedPacketError("a bundle ends within its header")
    time_tag = max(time_tag, int(struct.unpack_from(">Q", packet, len(_BUNDLE))[0]))
    start = _BUNDLE_HEADER_BYTES
    while start < len(packet):
        if len(packet) - start < 4:
            raise MalformedPacketError("a bundle ends within the size of an element")
        size = struct.unpack_from(">i", packet, start)[0]
        start += 4
        if size < 0 or size % 4 or size > len(packet) - start:
            raise MalformedPacketError(f"a bundle element of {size} bytes")
        _collect_leaves(packet[start : start + size], depth + 1, time_tag, leaves)
        start += size


def _read_message(leaf: bytes) -> Message:
    if not leaf.startswith(b"/"):
        raise MalformedPacketError("an address must begin with /")
    tags_start = (leaf.find(b"\0") // 4 + 1) * 4
    tags_end = max(leaf.find(b"\0", tags_start), tags_start)
    tags = leaf[tags_start:tags_end].translate(_TAG_SYNONYMS)
    _check_arguments(tags.removeprefix(b","), leaf, (tags_end // 4 + 1) * 4 if tags else tags_end)
    try:
        message = OscMessage(leaf[:tags_start] + tags + leaf[tags_end:])
        return str(message.address), message.params
    except Exception as error:
        raise MalformedPacketError(f"{type(error).__name__} in a message") from error


def _check_arguments(tags: bytes, leaf: bytes, start: int) -> None:
    """Raise if an argument is missing: python-osc would read a missing number as zero."""
    for tag in tags:
        if tag == ord("s"):
            start = (leaf.find(b"\0", start) // 4 + 1) * 4 or len(leaf) + 1
        elif tag == ord("b"):
            size = int.from_bytes(leaf[start : start + 4], "big", signed=True)
            start += 4 + (size + 3) // 4 * 4 if size >= 0 else len(leaf)
        elif tag in _TAG_BYTES:
            start += _TAG_BYTES[tag]
        else:
            raise MalformedPacketError(f"unknown type tag {chr(tag)!r}")
    if start > len(leaf):
        raise MalformedPacketError("a message ends before its arguments")
