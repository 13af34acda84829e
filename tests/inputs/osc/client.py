"""A UDP client, and packets that no library would build."""

from __future__ import annotations

import socket
import struct
from typing import Any

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from distill_live.inputs.osc.packets import build_message

GAIN = build_message("/distill/gain", [0.5])

Heard = tuple[str, list[Any]]


class Client:
    """A UDP socket that sends to a reader and waits for its answers.

    What was heard beside the answers to pings is in `heard`.
    """

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(60)
        self.port = int(self.socket.getsockname()[1])
        self.heard: list[Heard] = []
        self._pings = 0

    def send(self, packet: bytes) -> None:
        self.socket.send(packet)

    def say(self, address: str, *arguments: object) -> None:
        self.send(build_message(address, arguments))

    def hear(self) -> Heard:
        message = OscMessage(self.socket.recv(65_536))
        return message.address, message.params

    def hear_bundle(self) -> list[Heard]:
        """The messages of the next packet, a bundle."""
        packet = self.socket.recv(65_536)
        assert packet.startswith(b"#bundle\0")
        return [(message.address, message.params) for message in OscBundle(packet)]

    def ping(self) -> None:
        """Return when everything that was sent before has been applied."""
        self._pings += 1
        self.say("/distill/ping", self._pings)
        while True:
            packet = self.socket.recv(65_536)
            if packet.startswith(b"#bundle\0"):
                self.heard += [(m.address, m.params) for m in OscBundle(packet)]
                continue
            message = OscMessage(packet)
            if (message.address, message.params) == ("/distill/pong", [self._pings]):
                return
            self.heard.append((message.address, message.params))


def bundle(*elements: bytes, time_tag: int = 1) -> bytes:
    header = b"#bundle\0" + struct.pack(">Q", time_tag)
    return header + b"".join(struct.pack(">i", len(element)) + element for element in elements)


def nested(depth: int) -> bytes:
    packet = GAIN
    for _ in range(depth):
        packet = bundle(packet)
    return packet


def tagged(address: bytes, tags: bytes, data: bytes = b"") -> bytes:
    def padded(text: bytes) -> bytes:
        return text + bytes(4 - len(text) % 4)

    return padded(address) + padded(tags) + data
