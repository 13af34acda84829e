"""OSC over TCP: all connections on one thread, which never waits for a client."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.routing.router import Router
from distill_live.inputs.osc.connection import Connection
from distill_live.inputs.osc.endpoints import (
    AllowedHosts,
    ReachedAt,
    SocketAddress,
    bind_tcp,
)
from distill_live.inputs.osc.framing import FramingError
from distill_live.inputs.osc.intake import Intake
from distill_live.inputs.osc.latest import leave_out_overtaken
from distill_live.inputs.osc.packets import build_message
from distill_live.inputs.osc.time_tags import describe

#: The most connections at once, in all and from one host.
MAX_CONNECTIONS, MAX_OF_HOST = 64, 32
#: How long to pause after a connection could not be accepted, in seconds.
_PAUSE_S = 0.05


class SharedPort(NamedTuple):
    """The HTTP server at the same port: its `host`, and `adopt`, which gets each of its sockets,
    still unread, and must return soon."""

    host: str
    adopt: Callable[[socket.socket], None]


class TcpServer:
    """Accepts OSC connections at `host` and `port`; `start` and `stop`.

    Each packet goes to `intake`; clients can subscribe to `feedback`. Connections that speak HTTP
    are handed over to `shared`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        router: Router,
        intake: Intake,
        feedback: Feedback | None,
        allowed: AllowedHosts,
        shared: SharedPort | None = None,
    ) -> None:
        self.host, self.port = host, port
        self._router, self._intake, self._feedback = router, intake, feedback
        self._allowed, self._shared = allowed, shared
        self._reached = ReachedAt(host)
        self._web_reached = ReachedAt(shared.host) if shared else None
        self._connections: dict[Sender, Connection] = {}
        self._wake: socket.socket | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen and begin to receive. Raises DeviceError when the port cannot be used."""
        everywhere = self._web_reached is not None and self._web_reached.is_everywhere
        host = self._shared.host if self._shared and everywhere else self.host
        listener = bind_tcp(host, self.port, self._allowed)
        self._wake, wake = socket.socketpair()
        self._wake.setblocking(False)
        wake.setblocking(False)
        self._thread = threading.Thread(
            target=self._run, args=(listener, wake), name="osc-tcp", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close all connections and the port; nothing happens when it is not running."""
        if self._thread and self._wake:
            self._stopping = True
            self._awake()
            self._thread.join()
            self._wake.close()
            self._thread = None

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender, if it is a client here; from any thread."""
        connection = self._connections.get(sender)
        if connection is not None:
            for message in messages:
                connection.transmit(build_message(*message))

    def _awake(self) -> None:
        """Wake the thread, so that it looks for work."""
        if self._wake is not None:
            with contextlib.suppress(OSError):
                self._wake.send(b"\0")

    def _run(self, listener: socket.socket, wake: socket.socket) -> None:
        with listener, wake, selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while not self._stopping:
                self._expect(selector)
                for key, events in selector.select():
                    if key.fileobj is listener:
                        self._accept(listener, selector)
                    elif key.fileobj is wake:
                        wake.recv(4096)
                    else:
                        self._attend(key.data, events, selector)
            for connection in list(self._connections.values()):
                self._end(connection, selector)

    def _expect(self, selector: selectors.BaseSelector) -> None:
        """Wait for room to write only on connections with a backlog."""
        for connection in self._connections.values():
            events = selectors.EVENT_READ | selectors.EVENT_WRITE * connection.is_behind
            selector.modify(connection.socket, events, connection)

    def _accept(self, listener: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            self._router.tell("osc accept", f"OSC over TCP: a connection failed: {error}")
            time.sleep(_PAUSE_S)
            return
        if not self._is_welcome(address):
            client.close()
            return
        client.setblocking(False)
        _tune(client)
        connection = Connection(client, address, self._feedback, self._awake)
        self._connections[connection.sender] = connection
        selector.register(client, selectors.EVENT_READ, connection)

    def _is_welcome(self, address: SocketAddress) -> bool:
        host = address[0]
        if not self._allowed.allows(host):
            self._router.tell("osc strangers", self._allowed.turn_away(host))
            return False
        of_host = sum(one.host == host for one in self._connections.values())
        if len(self._connections) < MAX_CONNECTIONS and of_host < MAX_OF_HOST:
            return True
        self._router.tell(
            "osc connections",
            f"OSC over TCP: refused a connection from {host}: {len(self._connections)} are already "
            f"open, {of_host} of them from there; legal: up to {MAX_CONNECTIONS} in all, and "
            f"{MAX_OF_HOST} from one host. Close connections that you do not use",
        )
        return False

    def _attend(
        self, connection: Connection, events: int, selector: selectors.BaseSelector
    ) -> None:
        """Read from a client, and write its backlog."""
        try:
            if events & selectors.EVENT_WRITE:
                connection.flush()
            if events & selectors.EVENT_READ:
                if connection.is_http():
                    self._hand_over(connection, selector)
                else:
                    self._read(connection)
        except BlockingIOError:
            return
        except FramingError as error:
            self._router.count_malformed(f"OSC sender {describe(connection.sender)}", str(error))
            connection.transmit(build_message(f"{ROOT}/error", (f"{ROOT}/", str(error))))
            self._end(connection, selector)
        except (OSError, EOFError):
            self._end(connection, selector)
        except Exception as error:
            # One client must not stop the reading for all.
            self._router.tell("osc tcp", f"OSC over TCP: a connection failed: {error!r}")
            self._end(connection, selector)

    def _read(self, connection: Connection) -> None:
        local = connection.socket.getsockname()[0]
        if not self._reached(local):
            raise FramingError(f"OSC is accepted only at {self.host}, not at {local}")
        packets = connection.receive()
        if self._feedback is not None and len(packets) > 1:
            given = [(packet, None) for packet in packets]
            newest = [packet for packet, _ in leave_out_overtaken(given, self._feedback.tells)]
            self._router.count_overtaken(len(packets) - len(newest))
            packets = newest
        for packet in packets:
            self._intake.receive(packet, connection)

    def _hand_over(self, connection: Connection, selector: selectors.BaseSelector) -> None:
        """Hand a connection that speaks HTTP over to the web server."""
        shared, local = self._shared, connection.socket.getsockname()[0]
        if shared is None or self._web_reached is None or not self._web_reached(local):
            raise FramingError("this port is for OSC, not HTTP")
        del self._connections[connection.sender]
        selector.unregister(connection.socket)
        shared.adopt(connection.leave())

    def _end(self, connection: Connection, selector: selectors.BaseSelector) -> None:
        if self._connections.pop(connection.sender, None) is not None:
            selector.unregister(connection.socket)
            connection.close()


def _tune(client: socket.socket) -> None:
    """Send small packets at once, and notice soon when the other machine is gone."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                client.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
