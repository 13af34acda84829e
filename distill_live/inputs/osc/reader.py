"""OSC over UDP: receives packets on a thread of its own, hands their changes on, answers."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

from distill_live.control.actions import ROOT, Reply
from distill_live.control.feedback import Feedback
from distill_live.control.router import Router
from distill_live.control.schedule import Schedule
from distill_live.control.sender import Sender
from distill_live.inputs.osc.endpoints import AllowedHosts, SocketAddress, bind_udp
from distill_live.inputs.osc.latest import Packet, leave_out_overtaken
from distill_live.inputs.osc.packets import (
    MalformedPacketError,
    Message,
    address_of,
    build_message,
    is_bundle,
    read_packet,
)
from distill_live.inputs.osc.subscriptions import SUBSCRIBE, UNSUBSCRIBE, Subscriptions, key_of
from distill_live.inputs.osc.time_tags import TimeTagMode, TimeTags, describe
from distill_live.parameters import Parameter

#: A burst is taken out of the socket as a whole, before anything is parsed.
_PACKETS_PER_TURN = 4096
_IGNORED_PER_TURN = 4096
#: So many addresses that lead nowhere are remembered.
_MAX_NOWHERE = 4096
_UDP_BYTES = 65_536
#: What the instrument itself says is not answered: two of them would never come to an end.
_SAID = frozenset(f"{ROOT}/{name}" for name in ("error", "done", "pong", "synced"))


class OscInput:
    """Receives OSC on a UDP port, on a thread of its own, and answers from the same port.

    `host` and `port` say where to listen (port 0: any free one, see `port` after `start`); `allow`
    holds the networks beside this machine that are listened to. `feedback` is what clients can
    subscribe to. Without a `schedule`, time tags are not followed. Nothing that is received ends
    the thread: bad packets are counted by the router.

    Raises DeviceError for a network that is none.
    """

    name = "osc"
    doc = "Open Sound Control over UDP."
    parameters: tuple[Parameter, ...] = ()

    def __init__(
        self,
        host: str,
        port: int,
        router: Router,
        feedback: Feedback | None = None,
        schedule: Schedule | None = None,
        allow: Iterable[str] = (),
    ) -> None:
        self.host = host
        self.port = port
        #: Packets from hosts that are not listened to.
        self.strangers = 0
        self._router, self._feedback = router, feedback
        self._allowed = AllowedHosts(allow)
        self._time_tags = TimeTags(schedule, router.tell)
        self._targets: Sequence[str] = ()
        self._subscriptions: Subscriptions | None = None
        self._socket: socket.socket | None = None
        self._wake: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._buffer = memoryview(bytearray(_UDP_BYTES))
        # Addresses as packets begin with them, that the router knows nothing of, and its word then.
        self._nowhere: set[bytes] = set()
        self._generation = router.generation

    def start(self) -> None:
        """Bind the port and begin to receive. Raises DeviceError when the port cannot be had, or
        could be reached by nobody who is listened to."""
        self._socket = bind_udp(self.host, self.port, self._allowed)
        own = self._socket.getsockname()
        self.port = int(own[1])
        if self._feedback:
            self._subscriptions = Subscriptions(
                self._feedback, self._transmit, own, self._router.tell
            )
            self._subscriptions.use_targets(self._targets)
        self._wake, wake = socket.socketpair()
        self._thread = threading.Thread(
            target=self._run, args=(self._socket, wake), name="osc-input", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop receiving and free the port; nothing happens when it is not running."""
        if self._thread and self._wake and self._socket:
            self._wake.close()
            self._thread.join()
            self._thread = None
            if self._subscriptions:
                self._subscriptions.end()
            self._socket.close()

    def use(self, targets: Sequence[str] = (), time_tags: TimeTagMode = "schedule") -> None:
        """Follow a patch: endpoints HOST:PORT that are told everything, and what time tags do."""
        self._targets, self._time_tags.mode = targets, time_tags
        if self._subscriptions:
            self._subscriptions.use_targets(targets)

    def answer(self, sender: Sender, messages: Iterable[Reply]) -> None:
        """Send messages to a sender ("osc", host, port), if that is one."""
        if isinstance(sender, tuple) and len(sender) == 3 and sender[0] == "osc":
            for message in messages:
                self._transmit(build_message(*message), cast(SocketAddress, sender[1:]))

    def _run(self, udp: socket.socket, wake: socket.socket) -> None:
        with wake, selectors.DefaultSelector() as selector:
            selector.register(udp, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while not any(key.fileobj is wake for key, _ in selector.select()):
                # The socket is emptied before anything is parsed, so that a burst finds room in it.
                for packet, address in self._newest(self._receive(udp)):
                    self._take(packet, address)

    def _receive(self, udp: socket.socket) -> list[Packet]:
        """The packets that wait, but for those whose address is known to lead nowhere: a flood of
        such is thrown away faster than a process can send it, and nothing else is lost for it."""
        if self._generation != self._router.generation:
            self._generation = self._router.generation
            self._nowhere.clear()
        packets: list[Packet] = []
        buffer, nowhere, ignored, strangers = self._buffer, self._nowhere, 0, 0
        while len(packets) < _PACKETS_PER_TURN and ignored + strangers < _IGNORED_PER_TURN:
            try:
                length, sender = udp.recvfrom_into(buffer)
                packet = bytes(buffer[:length])
                if not self._allowed.allows(sender[0]):
                    strangers += 1
                    stranger = sender
                elif address_of(packet) in nowhere:
                    ignored += 1
                else:
                    packets.append((packet, sender))
            except BlockingIOError:
                break
            except ConnectionResetError:
                # Windows: an earlier answer found nobody at the other end.
                continue
            except OSError as error:
                self._router.tell("osc receive", f"OSC: receiving failed: {error}")
                time.sleep(0.01)
                break
        if ignored:
            self._router.count_unknown(ignored)
        if strangers:
            self._turn_away(strangers, stranger)
        return packets

    def _newest(self, packets: list[Packet]) -> list[Packet]:
        if self._feedback is None or len(packets) < 2:
            return packets
        newest = leave_out_overtaken(packets, self._feedback.tells)
        if len(newest) < len(packets):
            self._router.count_overtaken(len(packets) - len(newest))
        return newest

    def _turn_away(self, count: int, address: SocketAddress) -> None:
        self.strangers += count
        self._router.tell(
            "osc strangers",
            f"OSC from {address[0]} is not taken; --osc-allow {address[0]} lets it play",
        )

    def _take(self, packet: bytes, address: SocketAddress) -> None:
        sender = self._subscriptions.sender(address) if self._subscriptions else key_of(address)
        try:
            changes = read_packet(packet)
        except MalformedPacketError as error:
            self._router.count_malformed(f"OSC sender {describe(key_of(address))}", str(error))
            return
        for time_tag, messages in changes:
            action = partial(self._apply, messages, sender, address)
            self._time_tags.carry_out(time_tag, action, sender)
        if not is_bundle(packet) and not self._knows(changes[0].messages[0][0]):
            self._ignore(address_of(packet))

    def _apply(self, messages: list[Message], sender: Sender, address: SocketAddress) -> None:
        """Carry out a change, and answer; never raises."""
        try:
            replies: list[Reply] = []
            if self._subscriptions and any(map(_is_wish, messages)):
                for verb, arguments in filter(_is_wish, messages):
                    replies += self._subscriptions.take(verb, arguments, address)
                messages = [message for message in messages if not _is_wish(message)]
            if messages:
                replies += self._router.receive_osc(messages, sender)
            if not (len(messages) == 1 and messages[0][0] in _SAID):
                for reply in replies:
                    self._transmit(build_message(*reply), address)
        except Exception as error:
            # One change that fails must not end the reading.
            shown = messages[0][0][:200] if messages else SUBSCRIBE
            self._router.tell("osc message", f"OSC: {shown!r} failed: {error!r}")

    def _transmit(self, packet: bytes, address: SocketAddress) -> None:
        """Send a packet, if there is a way; nobody waits for it."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(packet, address)

    def _knows(self, address: str) -> bool:
        return address in (SUBSCRIBE, UNSUBSCRIBE) or self._router.knows(address)

    def _ignore(self, address: bytes) -> None:
        """Remember an address that leads nowhere."""
        if len(self._nowhere) >= _MAX_NOWHERE:
            self._nowhere.clear()
        self._nowhere.add(address)


def _is_wish(message: Message) -> bool:
    return message[0] in (SUBSCRIBE, UNSUBSCRIBE)
