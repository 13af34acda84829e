"""OSC over UDP and TCP: receives packets on its own threads, hands them on, answers."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.routing.router import Router
from distill_live.control.timing.schedule import Schedule
from distill_live.errors import DeviceError
from distill_live.inputs.osc.endpoints import AllowedHosts, SocketAddress, bind_udp
from distill_live.inputs.osc.intake import Intake
from distill_live.inputs.osc.latest import Packet, leave_out_overtaken
from distill_live.inputs.osc.packets import address_of, build_message
from distill_live.inputs.osc.subscriptions import Subscriptions, Transmit, key_of
from distill_live.inputs.osc.tcp import SharedPort, TcpServer
from distill_live.inputs.osc.time_tags import TimeTagMode, TimeTags
from distill_live.parameters import Parameter

#: How many packets of a burst are read from the socket before any of them is parsed.
_PACKETS_PER_TURN = 4096
_IGNORED_PER_TURN = 4096
#: The most unknown addresses that are remembered, and how many seconds pass before a message to one
#: of them is answered again.
_MAX_NOWHERE, _NOWHERE_S = 4096, 1.0
_UDP_BYTES = 65_536


class _UdpClient(NamedTuple):
    """The sender of a packet, and how to answer it."""

    sender: Sender
    address: SocketAddress
    send: Transmit
    subscriptions: Subscriptions | None

    def transmit(self, packet: bytes) -> None:
        """See Client."""
        self.send(packet, self.address)

    def subscribe(self, service: str, arguments: Sequence[object]) -> list[Reply] | None:
        """See Client."""
        if self.subscriptions is None:
            return None
        return self.subscriptions.carry_out(service, arguments, self.address)


#: If any port will do, how many are tried to find one that is free for UDP and TCP.
_ANY_PORT_TRIES = 20


class OscInput:
    """Receives OSC on a UDP port, on its own thread, and answers from the same port. If `takes_tcp`
    is true after `start`, it does the same over TCP at the same port number.

    `host` and `port` say where to listen (port 0: any free one, see `port` after `start`). `allow`
    holds the networks that may send, besides this machine. Clients can subscribe to `feedback`.
    Without a `schedule`, time tags are ignored. No packet can end the thread: the router counts bad
    ones.

    Raises DeviceError for a network that is not valid.
    """

    name = "osc"
    doc = "Receive Open Sound Control over UDP and TCP."
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
        #: How many packets came from hosts that may not send.
        self.strangers = 0
        self._router, self._feedback = router, feedback
        self._allowed = AllowedHosts(allow)
        self._time_tags = TimeTags(schedule, router.tell)
        self._targets: Sequence[str] = ()
        #: The HTTP server that shares the TCP port; set it before `start`.
        self.shared: SharedPort | None = None
        self._intake = Intake(router, self._time_tags)
        self._tcp: TcpServer | None = None
        self._subscriptions: Subscriptions | None = None
        self._socket: socket.socket | None = None
        self._wake: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._buffer = memoryview(bytearray(_UDP_BYTES))
        # Unknown addresses, as bytes, and until when their messages are only counted; then how many
        # messages to each are still to be counted.
        self._nowhere: dict[bytes, float] = {}
        self._ignored: Counter[bytes] = Counter()
        self._generation = router.generation

    def start(self) -> None:
        """Bind the port and begin to receive. Raises DeviceError when the port cannot be used, or
        when no allowed host could reach it."""
        self._socket = self._bind()
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
            if self._tcp:
                self._tcp.stop()
            self._wake.close()
            self._thread.join()
            self._tcp = self._thread = None
            if self._subscriptions:
                self._subscriptions.end()
            self._socket.close()

    def use(self, targets: Sequence[str] = (), time_tags: TimeTagMode = "schedule") -> None:
        """Follow a patch: send everything to its targets, HOST:PORT; treat time tags as it says."""
        self._targets, self._time_tags.mode = targets, time_tags
        if self._subscriptions:
            self._subscriptions.use_targets(targets)

    @property
    def takes_tcp(self) -> bool:
        """Whether OSC is also received over TCP."""
        return self._tcp is not None

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender, if it is ("osc", host, port) or on a TCP connection."""
        if self._tcp:
            self._tcp.answer(sender, messages)
        if isinstance(sender, tuple) and len(sender) == 3 and sender[0] == "osc":
            for message in messages:
                self._transmit(build_message(*message), cast(SocketAddress, sender[1:]))

    def _bind(self) -> socket.socket:
        """The UDP socket, with TCP at the same port number; if TCP fails, a line says why."""
        tries = _ANY_PORT_TRIES if self.port == 0 else 1
        for left in reversed(range(tries)):
            udp = bind_udp(self.host, self.port, self._allowed)
            tcp = TcpServer(
                self.host, int(udp.getsockname()[1]), self._router, self._intake, self._feedback,
                self._allowed, self.shared,
            )  # fmt: skip
            try:
                tcp.start()
            except DeviceError as error:
                if left:
                    udp.close()
                    continue
                self._router.tell("osc tcp", f"{error}; OSC over UDP still works")
            else:
                self._tcp = tcp
            break
        return udp

    def _run(self, udp: socket.socket, wake: socket.socket) -> None:
        with wake, selectors.DefaultSelector() as selector:
            selector.register(udp, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while not any(key.fileobj is wake for key, _ in selector.select()):
                # Empty the socket before parsing anything, to make room for the rest of a burst.
                for packet, address in self._newest(self._receive(udp)):
                    self._carry_out(packet, address)

    def _receive(self, udp: socket.socket) -> list[Packet]:
        """The packets that have come, without those to addresses that are known to lead nowhere.

        A flood of those is dropped faster than a process can send it, so that nothing else is lost.
        One a second is let through and answered.
        """
        if self._generation != self._router.generation:
            self._generation = self._router.generation
            self._nowhere.clear()
        packets: list[Packet] = []
        buffer, nowhere, ignored, strangers = self._buffer, self._nowhere, 0, 0
        now = time.monotonic()
        while len(packets) < _PACKETS_PER_TURN and ignored + strangers < _IGNORED_PER_TURN:
            try:
                length, sender = udp.recvfrom_into(buffer)
                packet = bytes(buffer[:length])
                if not self._allowed.allows(sender[0]):
                    strangers += 1
                    stranger = sender
                elif nowhere and now < nowhere.get(address := address_of(packet), now):
                    self._ignored[address] += 1
                    ignored += 1
                else:
                    packets.append((packet, sender))
            except BlockingIOError:
                break
            except ConnectionResetError:
                # Windows: an earlier answer could not be delivered.
                continue
            except OSError as error:
                self._router.tell("osc receive", f"OSC: receiving failed: {error}")
                time.sleep(0.01)
                break
        for address, count in self._ignored.items():
            self._router.count_unknown(address.decode(errors="replace"), count)
        self._ignored.clear()
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
        self._router.tell("osc strangers", self._allowed.turn_away(address[0]))

    def _carry_out(self, packet: bytes, address: SocketAddress) -> None:
        sender = self._subscriptions.sender(address) if self._subscriptions else key_of(address)
        client = _UdpClient(sender, address, self._transmit, self._subscriptions)
        if self._intake.receive(packet, client):
            self._ignore(address_of(packet))

    def _transmit(self, packet: bytes, address: SocketAddress) -> None:
        """Send a packet, if possible, without waiting."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(packet, address)

    def _ignore(self, address: bytes) -> None:
        """Remember an address that leads nowhere."""
        if len(self._nowhere) >= _MAX_NOWHERE:
            self._nowhere.clear()
        self._nowhere[address] = time.monotonic() + _NOWHERE_S
