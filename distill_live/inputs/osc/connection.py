"""One client on a TCP connection: reads its packets and sends it ours."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import Reply, Sender
from distill_live.inputs.osc.encoding import encode_bundles
from distill_live.inputs.osc.endpoints import SocketAddress
from distill_live.inputs.osc.framing import Framing, FramingError, framing_of
from distill_live.inputs.osc.subscriptions import subscribe_connection

#: The most unread bytes kept for a client; beyond that its connection is closed.
MAX_BACKLOG_BYTES = 256 * 1024
_READ_BYTES = 64 * 1024


class Connection:
    """A client whose packets and answers go over one non-blocking socket.

    `wake` is called when something remains to be sent later. `transmit` may be called from any
    thread, everything else only from the one that reads.
    """

    def __init__(
        self,
        client: socket.socket,
        address: SocketAddress,
        feedback: Feedback | None,
        wake: Callable[[], None],
    ) -> None:
        self.socket = client
        self.sender: Sender = ("osc", address[0], address[1], "TCP")
        self.host = address[0]
        self._feedback, self._wake = feedback, wake
        self._framing: Framing | None = None
        self._lock = threading.Lock()
        self._backlog = bytearray()
        self._open = True

    @property
    def is_behind(self) -> bool:
        """Whether something remains to be sent."""
        return bool(self._backlog)

    def is_http(self) -> bool:
        """Whether the client speaks HTTP; if so, none of it has been read.

        Raises BlockingIOError while it has sent nothing, and OSError when it is gone.
        """
        if self._framing is not None:
            return False
        # HTTP begins with a method in capitals, so no page in a browser can send OSC.
        return self.socket.recv(1, socket.MSG_PEEK).isupper()

    def receive(self) -> list[bytes]:
        """The packets that have come. Raises EOFError at the end of the connection, OSError when
        the client is gone, and FramingError for bytes that are not OSC."""
        data = self.socket.recv(_READ_BYTES)
        if not data:
            raise EOFError
        if self._framing is None:
            self._framing = framing_of(data[0])
        if self._framing is None:
            raise FramingError(
                "OSC over TCP must begin with a packet's size or with SLIP's END, not with "
                f"{data[0]}"
            )
        return self._framing.feed(data)

    def transmit(self, packet: bytes) -> None:
        """Send a packet without waiting, framed as the client frames its own.

        The connection of a client that reads too slowly is closed.
        """
        if self._framing is None:
            return
        data = self._framing.wrap(packet)
        with self._lock:
            if not self._open:
                return
            self._backlog += data
            self._put()
            if len(self._backlog) > MAX_BACKLOG_BYTES:
                self._hang_up()
            if self._backlog:
                self._wake()

    def flush(self) -> None:
        """Send the backlog, as far as the socket takes it."""
        with self._lock:
            self._put()

    def subscribe(self, service: str, arguments: Sequence[object]) -> list[Reply] | None:
        """Carry out SUBSCRIBE or UNSUBSCRIBE; values go over the connection while it is open."""
        if self._feedback is None:
            return None
        return subscribe_connection(self._feedback, self.sender, self._tell, service, arguments)

    def close(self) -> None:
        """End the connection and the subscription over it."""
        if self._feedback is not None:
            self._feedback.unsubscribe(self.sender)
        with self._lock:
            self._open = False
            self._backlog.clear()
            # If data is left unread, the system discards what was sent last.
            with contextlib.suppress(OSError):
                self.socket.recv(_READ_BYTES)
            self.socket.close()

    def leave(self) -> socket.socket:
        """Give the socket away, to another server."""
        self._open = False
        return self.socket

    def _tell(self, messages: Sequence[Reply]) -> None:
        if not self._open:
            raise ConnectionError("the client has disconnected")
        for bundle in encode_bundles(messages):
            self.transmit(bundle)

    def _put(self) -> None:
        """Send as much of the backlog as the socket takes at once."""
        try:
            while self._backlog:
                del self._backlog[: self.socket.send(self._backlog)]
        except BlockingIOError:
            return
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        """Shut the connection down, so that the reading thread ends it."""
        self._open = False
        self._backlog.clear()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
