"""OSC over UDP: a bounded reader of our own around python-osc's parser of single messages.

python-osc's own bundle parser and dispatcher are not used: a bundle of 20 bytes makes them loop for
ever, an address pattern can take seconds to match, and a time tag puts the server to sleep.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from distill_live.control.router import Router
from distill_live.errors import DeviceError
from distill_live.parameters import Parameter

MAX_PACKET_BYTES = 32 * 1024
MAX_MESSAGES = 1024
MAX_DEPTH = 8
#: What lets a burst of 5000 packets wait in the socket while Python is busy elsewhere.
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

_BUNDLE = b"#bundle\0"
_BUNDLE_HEADER_BYTES = 16
_TAG_BYTES = {**dict.fromkeys(b"ifrm", 4), **dict.fromkeys(b"hdt", 8), **dict.fromkeys(b"TFN[]", 0)}
# Tags that python-osc does not know, read as one that it knows of the same size: an impulse as
# true, a symbol as a string, a character as an integer.
_TAG_SYNONYMS = bytes.maketrans(b"ISc", b"Tsi")
_PACKETS_PER_TURN = 256
_IGNORED_PER_TURN = 4096
#: So many addresses that lead nowhere are remembered.
_MAX_NOWHERE = 4096
_UDP_BYTES = 65_536


class MalformedPacketError(ValueError):
    """A datagram is not an OSC packet, or is larger than it may be."""


def parse_endpoint(endpoint: str) -> tuple[str, int]:
    """Split "HOST:PORT", with an IPv6 host in brackets, into host and port (0..65535).

    Raises DeviceError for anything else.
    """
    host, colon, port = endpoint.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise DeviceError(
            f"{endpoint!r} is no OSC endpoint; legal: HOST:PORT, such as 127.0.0.1:9000"
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


def read_packet(packet: bytes) -> list[tuple[str, list[Any]]]:
    """The messages of a packet as (address, arguments), in order; bundles are opened.

    Time tags are not looked at: everything is for now. Raises MalformedPacketError; a packet is
    taken as a whole or not at all.
    """
    if len(packet) > MAX_PACKET_BYTES:
        raise MalformedPacketError(f"{len(packet)} bytes; legal: {MAX_PACKET_BYTES}")
    leaves: list[bytes] = []
    _collect_leaves(packet, 0, leaves)
    return [_read_message(leaf) for leaf in leaves]


def build_message(address: str, arguments: Sequence[Any]) -> bytes:
    """The packet of one message; arguments that OSC cannot carry leave it without any."""
    try:
        builder = OscMessageBuilder(address)
        for argument in arguments:
            builder.add_arg(argument)
        return bytes(builder.build().dgram)
    except Exception:
        return bytes(OscMessageBuilder(address).build().dgram)


def _collect_leaves(packet: bytes, depth: int, leaves: list[bytes]) -> None:
    if not packet.startswith(_BUNDLE):
        if len(leaves) == MAX_MESSAGES:
            raise MalformedPacketError(f"more than {MAX_MESSAGES} messages in one packet")
        leaves.append(packet)
        return
    if depth == MAX_DEPTH:
        raise MalformedPacketError(f"bundles nested deeper than {MAX_DEPTH}")
    if len(packet) < _BUNDLE_HEADER_BYTES:
        raise MalformedPacketError("a bundle ends within its header")
    start = _BUNDLE_HEADER_BYTES
    while start < len(packet):
        if len(packet) - start < 4:
            raise MalformedPacketError("a bundle ends within the size of an element")
        size = struct.unpack_from(">i", packet, start)[0]
        start += 4
        if size < 0 or size % 4 or size > len(packet) - start:
            raise MalformedPacketError(f"a bundle element of {size} bytes")
        _collect_leaves(packet[start : start + size], depth + 1, leaves)
        start += size


def _read_message(leaf: bytes) -> tuple[str, list[Any]]:
    if not leaf.startswith(b"/"):
        raise MalformedPacketError("an address must begin with /")
    tags_start = (leaf.find(b"\0") // 4 + 1) * 4
    tags_end = max(leaf.find(b"\0", tags_start), tags_start)
    tags = leaf[tags_start:tags_end].translate(_TAG_SYNONYMS)
    _check_arguments(tags.removeprefix(b","), leaf, (tags_end // 4 + 1) * 4 if tags else tags_end)
    try:
        message = OscMessage(leaf[:tags_start] + tags + leaf[tags_end:])
        return str(message.address), message.params
    except Exception as error:
        raise MalformedPacketError(f"{type(error).__name__} in a message") from error


def _check_arguments(tags: bytes, leaf: bytes, start: int) -> None:
    """Raise unless the arguments are all there: python-osc makes a missing number a zero."""
    for tag in tags:
        if tag == ord("s"):
            start = (leaf.find(b"\0", start) // 4 + 1) * 4 or len(leaf) + 1
        elif tag == ord("b"):
            size = int.from_bytes(leaf[start : start + 4], "big", signed=True)
            start += 4 + (size + 3) // 4 * 4 if size >= 0 else len(leaf)
        elif tag in _TAG_BYTES:
            start += _TAG_BYTES[tag]
        else:
            raise MalformedPacketError(f"unknown type tag {chr(tag)!r}")
    if start > len(leaf):
        raise MalformedPacketError("a message ends before its arguments")


class OscInput:
    """Receives OSC on a UDP port, on a thread of its own, and answers from the same port.

    `host` and `port` say where to listen (port 0: any free one, see `port` after `start`). Nothing
    that is received ends the thread: bad packets are counted by the router.
    """

    name = "osc"
    doc = "Open Sound Control over UDP."
    parameters: tuple[Parameter, ...] = ()

    def __init__(self, host: str, port: int, router: Router) -> None:
        self.host = host
        self.port = port
        self._router = router
        self._socket: socket.socket | None = None
        self._wake: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._buffer = memoryview(bytearray(_UDP_BYTES))
        # Addresses as packets begin with them, that the router knows nothing of, and its word then.
        self._nowhere: set[bytes] = set()
        self._generation = router.generation

    def start(self) -> None:
        """Bind the port and begin to receive. Raises DeviceError when the port cannot be had."""
        self._socket = _bind(self.host, self.port)
        self.port = int(self._socket.getsockname()[1])
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
            self._socket.close()
            self._thread = None

    def _run(self, udp: socket.socket, wake: socket.socket) -> None:
        with wake, selectors.DefaultSelector() as selector:
            selector.register(udp, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while not any(key.fileobj is wake for key, _ in selector.select()):
                # The socket is emptied before anything is parsed, so that a burst finds room in it.
                for packet, sender in self._receive(udp):
                    self._take(udp, packet, sender)

    def _receive(self, udp: socket.socket) -> list[tuple[bytes, Any]]:
        """The packets that wait, but for those whose address is known to lead nowhere: a flood of
        such is thrown away faster than a process can send it, and nothing else is lost for it."""
        if self._generation != self._router.generation:
            self._generation = self._router.generation
            self._nowhere.clear()
        packets: list[tuple[bytes, Any]] = []
        buffer, nowhere, ignored = self._buffer, self._nowhere, 0
        while len(packets) < _PACKETS_PER_TURN and ignored < _IGNORED_PER_TURN:
            try:
                length, sender = udp.recvfrom_into(buffer)
                packet = bytes(buffer[:length])
                if packet[: packet.find(b"\0")] in nowhere:
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
        return packets

    def _take(self, udp: socket.socket, packet: bytes, sender: Any) -> None:
        try:
            messages = read_packet(packet)
        except MalformedPacketError as error:
            self._router.count_malformed(f"OSC sender {sender[0]}:{sender[1]}", str(error))
            return
        for address, arguments in messages:
            try:
                replies = self._router.receive_osc(address, arguments)
                for reply in replies:
                    udp.sendto(build_message(*reply), sender)
                if not self._router.knows(address):
                    self._ignore(packet)
            except Exception as error:
                # One message that fails, or a sender that is gone, must not end the reading.
                self._router.tell("osc message", f"OSC: {address[:200]!r} failed: {error!r}")

    def _ignore(self, packet: bytes) -> None:
        """Remember the address of a packet that is one message."""
        if not packet.startswith(_BUNDLE):
            if len(self._nowhere) >= _MAX_NOWHERE:
                self._nowhere.clear()
            self._nowhere.add(packet[: packet.find(b"\0")])


def _bind(host: str, port: int) -> socket.socket:
    udp: socket.socket | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = found[0]
        udp = socket.socket(family, kind, protocol)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        with contextlib.suppress(OSError):
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        udp.bind(address)
        udp.setblocking(False)
        return udp
    except (OSError, UnicodeError) as error:
        if udp is not None:
            udp.close()
        raise DeviceError(
            f"cannot listen for OSC on {host}:{port}: {error}; end the program that uses the port, "
            "or choose another with --osc HOST:PORT"
        ) from error
