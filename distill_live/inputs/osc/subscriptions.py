"""Subscriptions over OSC: clients that subscribe, and the targets of a patch."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import cast

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.errors import DistillError, ParameterError
from distill_live.inputs.osc.encoding import encode_bundles
from distill_live.inputs.osc.endpoints import SocketAddress, parse_endpoint

SUBSCRIBE, UNSUBSCRIBE = f"{ROOT}/subscribe", f"{ROOT}/unsubscribe"

Transmit = Callable[[bytes, SocketAddress], None]


def key_of(address: SocketAddress) -> tuple[str, str, int]:
    """The name, for the router and for feedback, of whoever sends from or listens at an address."""
    return "osc", address[0], address[1]


class Subscriptions:
    """Keeps clients and targets subscribed to a feedback; `transmit` sends a packet to an address.

    `own` is the address where OSC is received; nothing is sent there. `tell` takes a kind and a
    line of text.
    """

    def __init__(
        self,
        feedback: Feedback,
        transmit: Transmit,
        own: SocketAddress,
        tell: Callable[[str, str], None],
    ) -> None:
        self._feedback, self._transmit, self._own, self._tell = feedback, transmit, own, tell
        #: Where each subscribed client listens, by its name as a sender.
        self._clients: dict[Sender, SocketAddress] = {}
        self._targets: list[tuple[str, str, int]] = []

    def sender(self, address: SocketAddress) -> Sender:
        """The name of whoever sends from an address: the target on that host, if it is the only
        one there and no client has subscribed from the address. Surfaces often send from another
        port than the one they listen at."""
        key = key_of(address)
        if self._targets and key not in self._clients:
            there = [target for target in self._targets if target[1] == key[1]]
            return there[0] if len(there) == 1 else key
        return key

    def carry_out(
        self, service: str, arguments: Sequence[object], address: SocketAddress
    ) -> list[Reply]:
        """Carry out SUBSCRIBE or UNSUBSCRIBE for a sender; returns an error as a reply."""
        try:
            if service == SUBSCRIBE:
                self._subscribe(arguments, address)
            else:
                self._unsubscribe(arguments, address)
        except ParameterError as error:
            return [(f"{ROOT}/error", (service, str(error)))]
        return []

    def use_targets(self, endpoints: Sequence[str]) -> None:
        """Send everything to these endpoints, HOST:PORT, in place of those before.

        An endpoint that cannot be used is logged and left out.
        """
        before, targets = self._targets, []
        for target in before:
            self._feedback.unsubscribe(target)
        for endpoint in endpoints:
            try:
                address = self._resolve(endpoint)
                self._feedback.subscribe(key_of(address), self._sending(address), ttl=None)
                targets.append(key_of(address))
            except (DistillError, OSError, UnicodeError) as error:
                self._tell(f"osc target {endpoint}", f"OSC target {endpoint} was left out: {error}")
        self._targets = targets

    def end(self) -> None:
        """End all subscriptions."""
        for key in [*self._targets, *self._clients]:
            self._feedback.unsubscribe(key)

    def _subscribe(self, arguments: Sequence[object], address: SocketAddress) -> None:
        port, rate, patterns = _read_wish(arguments)
        listener = _at_port(address, port)
        self._require_other(listener)
        key, sending = key_of(address), self._sending(listener)
        if key in self._targets:
            self._feedback.subscribe(key, sending, rate, patterns, ttl=None)
            return
        # A client that was restarted listens at the same port, but sends from another one.
        for other, there in list(self._clients.items()):
            if other != key and (there == listener or not self._feedback.listens(other)):
                self._feedback.unsubscribe(other)
                del self._clients[other]
        self._feedback.subscribe(key, sending, rate, patterns)
        self._clients[key] = listener

    def _unsubscribe(self, arguments: Sequence[object], address: SocketAddress) -> None:
        port, _, _ = _read_wish(arguments)
        listener = _at_port(address, port)
        for key, there in list(self._clients.items()):
            if there == listener or (not port and key == key_of(address)):
                self._feedback.unsubscribe(key)
                del self._clients[key]

    def _sending(self, address: SocketAddress) -> Callable[[Sequence[Reply]], None]:
        def send(messages: Sequence[Reply]) -> None:
            for bundle in encode_bundles(messages):
                self._transmit(bundle, address)

        return send

    def _resolve(self, endpoint: str) -> SocketAddress:
        family = socket.AF_INET6 if len(self._own) == 4 else socket.AF_INET
        host, port = parse_endpoint(endpoint)
        if not port:
            raise ParameterError("port 0 cannot be used; legal: 1..65535")
        found = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM)
        address = cast(SocketAddress, found[0][4])
        self._require_other(address)
        return address

    def _require_other(self, address: SocketAddress) -> None:
        """Raise ParameterError if the instrument would send to itself."""
        own_hosts = (self._own[0], "127.0.0.1", "::1")
        if address[1] == self._own[1] and address[0] in own_hosts:
            raise ParameterError(
                f"port {address[1]} is the instrument's own; listen on another one"
            )


def subscribe_connection(
    feedback: Feedback,
    key: Sender,
    send: Callable[[Sequence[Reply]], None],
    service: str,
    arguments: Sequence[object],
) -> list[Reply]:
    """Carry out SUBSCRIBE or UNSUBSCRIBE for a client on a TCP connection, which `send` reaches
    while it is open; returns an error as a reply."""
    try:
        port, rate, patterns = _read_wish(arguments)
        if port:
            raise ParameterError(
                "over TCP, values are sent over the same connection: leave the port out, or give 0"
            )
        if service == SUBSCRIBE:
            feedback.subscribe(key, send, rate, patterns, ttl=None)
        else:
            feedback.unsubscribe(key)
    except ParameterError as error:
        return [(f"{ROOT}/error", (service, str(error)))]
    return []


def _at_port(address: SocketAddress, port: int) -> SocketAddress:
    """The same host at a port; 0: the same port."""
    return cast(SocketAddress, (address[0], port or address[1], *address[2:]))


def _read_wish(arguments: Sequence[object]) -> tuple[int, float, list[str]]:
    """Port (0: the one it is sent from), rate in Hz and patterns, from the arguments."""
    # A button sends None or True.
    given = [value for value in arguments if value is not None and value is not True]
    numbers = [n for n in given if isinstance(n, int | float) and not isinstance(n, bool)]
    texts = [text for text in given if isinstance(text, str)]
    if given != [*numbers, *texts] or len(numbers) > 2:
        raise ParameterError("legal: [port] [rate in Hz] [pattern ...], all of them optional")
    port, rate = [*numbers, *(0, 30.0)[len(numbers) :]]
    if not (0 <= port <= 65_535 and port == int(port)):
        raise ParameterError(
            f"{port:g} is not a port; legal: 1..65535, or 0 for the one you send from"
        )
    return int(port), float(rate), texts
