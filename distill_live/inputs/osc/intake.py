"""Carries out packets and answers them, whether they came over UDP or TCP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.routing.reception import printable
from distill_live.control.routing.router import Router
from distill_live.inputs.osc.packets import (
    MalformedPacketError,
    Message,
    address_of,
    build_message,
    is_bundle,
    read_packet,
)
from distill_live.inputs.osc.subscriptions import SUBSCRIBE, UNSUBSCRIBE
from distill_live.inputs.osc.time_tags import TimeTags, describe

#: An instrument's own messages are not answered: two instruments would answer each other for ever.
_SAID = frozenset(f"{ROOT}/{name}" for name in ("error", "done", "pong", "synced"))
_SAID_BYTES = frozenset(address.encode() for address in _SAID)
#: Addresses that the client itself handles, because it knows where to send values.
_WISHES = (SUBSCRIBE, UNSUBSCRIBE)


class Client(Protocol):
    """The sender of a packet, which can be answered."""

    @property
    def sender(self) -> Sender:
        """Its name for the router and for feedback."""

    def transmit(self, packet: bytes) -> None:
        """Send a packet, if possible, without waiting."""

    def subscribe(self, service: str, arguments: Sequence[object]) -> list[Reply] | None:
        """Carry out SUBSCRIBE or UNSUBSCRIBE; None if there are no subscriptions here."""


class Intake:
    """Hands the packets of clients to a router; safe to use from several threads."""

    def __init__(self, router: Router, time_tags: TimeTags) -> None:
        self._router, self._time_tags = router, time_tags

    def receive(self, packet: bytes, client: Client) -> bool:
        """Carry out a packet, now or at its time tag, and answer its sender; never raises.

        Returns whether it is a single message whose address leads nowhere. A malformed packet is
        counted.
        """
        try:
            changes = read_packet(packet)
        except MalformedPacketError as error:
            self._router.count_malformed(f"OSC sender {describe(client.sender)}", str(error))
            self._answer_malformed(packet, str(error), client)
            return False
        if not is_bundle(packet):
            return any(self._apply(change.messages, client) for change in changes)
        for time_tag, messages in changes:
            action = partial(self._apply, messages, client)
            self._time_tags.carry_out(time_tag, action, client.sender)
        return False

    def _apply(self, messages: list[Message], client: Client) -> bool:
        """Carry out a change and answer it; returns whether any address leads nowhere."""
        nowhere: list[str] = []
        try:
            replies: list[Reply] = []
            left: list[Message] = []
            for message in messages:
                told = client.subscribe(*message) if message[0] in _WISHES else None
                if told is None:
                    left.append(message)
                else:
                    replies += told
            if left:
                answers, nowhere = self._router.receive_osc(left, client.sender)
                replies += answers
            if not (len(left) == 1 and left[0][0] in _SAID):
                for reply in replies:
                    client.transmit(build_message(*reply))
        except Exception as error:
            # A change that fails must not stop the reading.
            shown = messages[0][0][:200]
            self._router.tell("osc message", f"OSC: {shown!r} failed: {error!r}")
        return bool(nowhere)

    def _answer_malformed(self, packet: bytes, reason: str, client: Client) -> None:
        address = address_of(packet)
        if address in _SAID_BYTES:
            return
        about = "#bundle" if is_bundle(packet) else printable(address.decode(errors="replace"))
        client.transmit(build_message(f"{ROOT}/error", (about, f"malformed packet: {reason}")))
