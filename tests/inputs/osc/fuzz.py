"""Packets that nobody would send: random bytes, and damaged ones of every kind."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator

from distill_live.control.namespace.requests import REQUESTS
from distill_live.inputs.osc.packets import build_message
from distill_live.parameters import PARAMETERS
from tests.inputs.osc.client import GAIN, bundle, nested, tagged
from tests.inputs.osc.packets import HARMLESS, MALFORMED
from tests.inputs.osc.time_tag import to_time_tag

_WORDS = ("/distill/gain", "", "off", "same", "/distill/*", "{a,b}", "[!a-z]", "127.0.0.1", "../..")
#: Would fill the disk, whatever comes with it.
_LEFT_OUT = ("record",)


def seeds() -> list[bytes]:
    """Well formed packets for every address, bundles now and later, and those in packets.py."""
    addresses = [*PARAMETERS, "temperature/structure", "gain/norm", "get", "ping", "sync", "at"]
    addresses += [name for name in REQUESTS if name not in _LEFT_OUT]
    messages = [build_message(f"/distill/{name}", [0.5]) for name in addresses]
    messages += [build_message(f"/distill/{name}", ["same", 1, b"x", None]) for name in addresses]
    messages += [build_message("/distill/subscribe", [9, 30.0, word]) for word in _WORDS]
    later = [bundle(*messages[:5], time_tag=to_time_tag(time.time() + n / 4)) for n in range(12)]
    typed = [
        tagged(b"/distill/gain", b"," + bytes([tag]) * 2, bytes(16)) for tag in b"ifsbhtdScrmTFNI[]"
    ]
    found = [GAIN, bundle(GAIN, GAIN), nested(3), *messages, *later, *typed]
    found += [*MALFORMED.values(), *HARMLESS.values()]
    return [seed for seed in found if len(seed) < 2000]


def fuzzed(chance: random.Random, count: int) -> Iterator[bytes]:
    """So many packets, a third of them random and the rest damaged ones of `seeds`."""
    whole = seeds()
    for number in range(count):
        if number % 3 == 0:
            yield chance.randbytes(chance.randrange(200))
        else:
            yield _damaged(chance, bytearray(chance.choice(whole)), cut=number % 3 == 1)


def _damaged(chance: random.Random, packet: bytearray, cut: bool) -> bytes:
    for _ in range(chance.randrange(4) if packet else 0):
        packet[chance.randrange(len(packet))] = chance.randrange(256)
    if len(packet) >= 8 and chance.random() < 0.2:
        # Sizes, tags and numbers stand at multiples of four.
        word = chance.choice([0, 1, 4, -4, 2**31 - 1, -(2**31), 0x7FC00000, chance.randrange(64)])
        struct.pack_into(">i", packet, chance.randrange(len(packet) // 4) * 4, word)
    return bytes(packet[: chance.randrange(len(packet) + 1)] if cut else packet)
