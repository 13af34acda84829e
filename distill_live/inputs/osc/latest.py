"""Drops values of a parameter that newer ones, already received, would replace at once."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

#: A packet and who sent it.
Packet = tuple[bytes, Any]

_ONE_FLOAT, _ONE_INT = b",f\0\0", b",i\0\0"


def leave_out_overtaken(
    packets: Sequence[Packet], is_parameter: Callable[[str], bool]
) -> list[Packet]:
    """The packets, without those that set a parameter which the same sender sets again later.

    This applies only to single numbers with no message of another kind in between, so that every
    other message still finds the values that were sent before it.
    """
    kept: list[Packet | None] = []
    places: dict[tuple[bytes, Any], int] = {}
    known: dict[bytes, bool] = {}
    for packet, sender in packets:
        head = packet[:-4]
        if head not in known:
            known[head] = _sets_parameter(head, is_parameter)
        if known[head] and _is_number(packet):
            overtaken = places.get((head, sender))
            if overtaken is not None:
                kept[overtaken] = None
            places[head, sender] = len(kept)
        else:
            places.clear()
        kept.append((packet, sender))
    return [packet for packet in kept if packet is not None]


def _sets_parameter(head: bytes, is_parameter: Callable[[str], bool]) -> bool:
    """Whether a packet without its last four bytes is a message with one number to a parameter."""
    if head[-4:] not in (_ONE_FLOAT, _ONE_INT):
        return False
    address = head[:-4].rstrip(b"\0")
    return len(address) < len(head) - 4 and is_parameter(address.decode(errors="replace"))


def _is_number(packet: bytes) -> bool:
    """Whether the last argument, an int or a float, is a finite number."""
    return packet[-8:-4] == _ONE_INT or math.isfinite(struct.unpack_from(">f", packet[-4:])[0])
