"""Announces the instrument on the network, so that other programs list it by name."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import ifaddr
from zeroconf import InterfaceChoice, ServiceInfo, Zeroconf


@dataclass(frozen=True)
class Service:
    """A service to announce: OSCQuery over HTTP, or plain OSC over UDP, at a host and a port."""

    kind: Literal["_oscjson._tcp", "_osc._udp"]
    host: str
    port: int


class Announcement:
    """Announces services under `name` by multicast DNS, on the interfaces that they listen on.

    If the name is taken, a number is added. If announcing fails, `log` gets a line, and the
    instrument runs without it.
    """

    def __init__(self, name: str, services: Sequence[Service], log: Callable[[str], None]) -> None:
        self._name, self._services, self._log = name, services, log
        self._told: list[Zeroconf] = []
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to announce, on a thread of its own: claiming the name takes seconds."""
        self._thread = threading.Thread(target=self._tell, name="announcement", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Withdraw the announcement."""
        if self._thread is not None:
            self._thread.join(10.0)
            self._thread = None
        while self._told:
            self._told.pop().close()

    def _tell(self) -> None:
        try:
            for host in dict.fromkeys(service.host for service in self._services):
                self._tell_of(host, [one for one in self._services if one.host == host])
        except Exception as error:
            reason = str(error) or type(error).__name__
            self._log(f"other programs cannot find this server by name (zeroconf): {reason}")

    def _tell_of(self, host: str, services: Sequence[Service]) -> None:
        """Announce the services that listen on one host, only on its interfaces."""
        address = str(socket.getaddrinfo(host, None)[0][4][0])
        every = ipaddress.ip_address(address).is_unspecified
        # If we listen on all addresses, IPv4 is enough: clients that ask over IPv6 also use IPv4.
        interfaces = InterfaceChoice.All if every else [address]
        self._told.append(Zeroconf(interfaces=interfaces))
        for service in services:
            kind = f"{service.kind}.local."
            info = ServiceInfo(
                kind,
                f"{self._name}.{kind}",
                port=service.port,
                server=f"{self._name}-{_host_label()}.local.",
                parsed_addresses=_outside_addresses() if every else [address],
            )
            self._told[-1].register_service(info, allow_name_change=True)


def _host_label() -> str:
    """This machine's name as one label of a domain name."""
    return re.sub(r"[^a-z0-9]+", "-", socket.gethostname().casefold()).strip("-")[:40] or "host"


def _outside_addresses() -> list[str]:
    """This machine's IPv4 addresses, without loopback unless it has no other."""
    found = [ip.ip for one in ifaddr.get_adapters() for ip in one.ips if isinstance(ip.ip, str)]
    return [one for one in found if not ipaddress.ip_address(one).is_loopback] or found
