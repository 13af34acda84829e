"""A relay between a client and the instrument, which notes what both send."""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType
from typing import Any, Self

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from distill_live.inputs.osc.packets import build_message
from tests.tools import wait_until

Said = tuple[str, list[Any]]


class Relay:
    """Hands on, both ways, what comes between a client, which sends to `port`, and a server.

    `said` is what the client has said but for subscribing. With `open` false nothing is handed on.
    """

    def __init__(self, server_port: int) -> None:
        self.said: list[Said] = []
        self.subscriptions: list[list[Any]] = []
        self.open = True
        self._client: tuple[str, int] | None = None
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self._back.connect(("127.0.0.1", server_port))
        self.port = int(self._front.getsockname()[1])
        self._wake, self._end = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.close()
        self._thread.join()
        for one in (self._front, self._back, self._wake):
            one.close()

    def tell(self, address: str, *arguments: object) -> None:
        """Send something to the client, as the instrument would."""
        wait_until(lambda: self._client, "the client's first word")
        assert self._client is not None
        self._front.sendto(build_message(address, arguments), self._client)

    def await_said(self, count: int) -> list[Said]:
        """What the client has said since the last time, when it is so many messages."""
        wait_until(lambda: len(self.said) >= count, f"{count} messages, not {self.said}")
        said, self.said = self.said, []
        return said

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for one in (self._front, self._back, self._wake):
                selector.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._wake:
                        return
                    if key.fileobj is self._front:
                        self._from_client()
                    else:
                        self._from_server()

    def _from_client(self) -> None:
        packet, self._client = self._front.recvfrom(65_536)
        for address, arguments in _messages(packet):
            if address == "/distill/subscribe":
                self.subscriptions.append(arguments)
            else:
                self.said.append((address, arguments))
        if self.open:
            self._back.send(packet)

    def _from_server(self) -> None:
        packet = self._back.recv(65_536)
        if self.open and self._client:
            self._front.sendto(packet, self._client)


def _messages(packet: bytes) -> list[Said]:
    bundle = packet.startswith(b"#bundle\0")
    messages = list(OscBundle(packet)) if bundle else [OscMessage(packet)]
    return [(message.address, list(message.params)) for message in messages]
