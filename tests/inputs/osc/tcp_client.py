"""A client over TCP that frames packets as the test says."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from distill_live.inputs.osc.framing import Framing, LengthPrefixed
from distill_live.inputs.osc.packets import build_message
from tests.inputs.osc.client import Heard


class TcpClient:
    """A connection to a reader; `heard` has the messages that came beside the expected answer."""

    def __init__(self, port: int, framing: Callable[[], Framing] = LengthPrefixed) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.port = int(self.socket.getsockname()[1])
        self.heard: list[Heard] = []
        self._out, self._in = framing(), framing()
        self._packets: list[bytes] = []
        self._pings = 0

    def send(self, *packets: bytes) -> None:
        self.socket.sendall(b"".join(map(self._out.wrap, packets)))

    def say(self, address: str, *arguments: object) -> None:
        self.send(build_message(address, arguments))

    def hear(self) -> list[Heard]:
        """The messages of the next packet."""
        while not self._packets:
            data = self.socket.recv(65_536)
            if not data:
                raise EOFError
            self._packets += self._in.feed(data)
        packet = self._packets.pop(0)
        messages = OscBundle(packet) if packet.startswith(b"#") else [OscMessage(packet)]
        return [(message.address, message.params) for message in messages]

    def ping(self) -> None:
        """Return when everything that was sent before has been applied."""
        self._pings += 1
        self.say("/distill/ping", self._pings)
        while True:
            messages = self.hear()
            if messages == [("/distill/pong", [self._pings])]:
                return
            self.heard += messages

    def is_closed(self) -> bool:
        """Wait for the other end to hang up, say that it has, and be gone."""
        with self.socket, contextlib.suppress(ConnectionError):
            while self.socket.recv(65_536):
                pass
        return True
