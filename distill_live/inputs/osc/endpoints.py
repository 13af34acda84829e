"""Where to listen for OSC, and which hosts may send it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from distill_live.errors import DeviceError

#: Room for a burst of 5000 packets to wait in the socket while Python is busy elsewhere.
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

#: A socket's address: a host's IP address, a port, and for IPv6 two more numbers.
SocketAddress = tuple[str, int] | tuple[str, int, int, int]


def parse_endpoint(endpoint: str) -> tuple[str, int]:
    """Split "HOST:PORT", with an IPv6 host in brackets, into host and port (0..65535).

    Raises DeviceError for anything else.
    """
    host, colon, port = endpoint.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise DeviceError(
            f"{endpoint!r} is not an OSC endpoint; legal: HOST:PORT, such as 127.0.0.1:9000"
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


class AllowedHosts:
    """The hosts that may send: this machine, and networks such as "192.168.1.0/24".

    Raises DeviceError for a network that is not valid.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = [_network(text) for text in networks]
        # Cached, because every packet asks.
        self.allows = lru_cache(maxsize=1024)(self._allows)

    def require_for(self, host: str, address: str) -> None:
        """Raise DeviceError if no allowed host could reach `host`, whose IP is `address`."""
        if not (self._networks or ip_address(_plain(address)).is_loopback):
            raise DeviceError(
                f"OSC has no passwords: to listen on {host}, name the machines that you allow "
                "with --osc-allow NETWORK, such as 192.168.1.0/24 or 192.168.1.20, "
                "or listen on 127.0.0.1"
            )

    def turn_away(self, host: str) -> str:
        """The line about a host that may not send."""
        return f"OSC from {host} is ignored; allow it with --osc-allow {host}"

    def _allows(self, address: str) -> bool:
        """Whether a host, by its IP address, may send."""
        number = _number(address)
        return number.is_loopback or any(number in network for network in self._networks)


class ReachedAt:
    """Tells whether a connection to one of this machine's addresses is one to `host`."""

    def __init__(self, host: str) -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        self._numbers = {_number(str(address[0])) for *_, address in found}

    @property
    def is_everywhere(self) -> bool:
        """Whether the host means all addresses."""
        return any(number.is_unspecified for number in self._numbers)

    def __call__(self, local: str) -> bool:
        return self.is_everywhere or _number(local) in self._numbers


def bind_udp(host: str, port: int, allowed: AllowedHosts) -> socket.socket:
    """A non-blocking socket that receives on a port; 0 is any free one.

    Raises DeviceError when the port cannot be used, or when no allowed host could reach it.
    """
    udp: socket.socket | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = found[0]
        allowed.require_for(host, str(address[0]))
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
            f"cannot listen for OSC on {host}:{port}: {error}; quit the program that uses the "
            "port, or choose another with --osc HOST:PORT"
        ) from error


def bind_tcp(host: str, port: int, allowed: AllowedHosts) -> socket.socket:
    """A non-blocking socket that accepts connections on a port. Raises as `bind_udp`."""
    tcp: socket.socket | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        allowed.require_for(host, str(address[0]))
        tcp = socket.socket(family, kind, protocol)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # The port is free again as soon as its last connections have ended.
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(address)
        tcp.listen()
        tcp.setblocking(False)
        return tcp
    except (OSError, UnicodeError) as error:
        if tcp is not None:
            tcp.close()
        raise DeviceError(f"cannot listen for OSC over TCP on {host}:{port}: {error}") from error


def _number(address: str) -> IPv4Address | IPv6Address:
    """An address as a number; an IPv4 address written as IPv6 becomes IPv4."""
    number: IPv4Address | IPv6Address = ip_address(_plain(address))
    mapped = number.ipv4_mapped if isinstance(number, IPv6Address) else None
    return mapped or number


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise DeviceError(
            f"--osc-allow {text!r} is not a network: {error}; legal: such as 192.168.1.0/24, or a "
            "single address such as 192.168.1.20"
        ) from error


def _plain(address: str) -> str:
    """An address without the name of its network interface."""
    return address.partition("%")[0]
