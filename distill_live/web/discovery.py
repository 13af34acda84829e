"""Telling the network where the instrument is, so that other programs list it by name."""

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
    """Something to be found: OSCQuery over HTTP, or plain OSC over UDP, at a host and a port."""

    kind: Literal["_oscjson._tcp", "_osc._udp"]
    host: str
    port: int


class Announcement:
    """Tells of services under `name` by multicast DNS, on the interfaces that they listen on.

    A name that is taken gets a number. `log` gets a line where telling is not possible; the
    instrument goes on without it.
    """

    def __init__(self, name: str, services: Sequence[Service], log: Callable[[str], None]) -> None:
        self._name, self._services, self._log = name, services, log
        self._told: list[Zeroconf] = []
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to tell, on a thread of its own: to make sure of the name takes seconds."""
        self._thread = threading.Thread(target=self._tell, name="announcement", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take it back."""
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
        """Tell of the services that listen on one host, on its interfaces alone."""
        address = str(socket.getaddrinfo(host, None)[0][4][0])
        every = ipaddress.ip_address(address).is_unspecified
        # Version 4 alone where everything is listened on: what asks by 6 asks by 4, too.
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
    """This machine's name as one part of a domain name."""
    return re.sub(r"[^a-z0-9]+", "-", socket.gethostname().casefold()).strip("-")[:40] or "host"


def _outside_addresses() -> list[str]:
    """This machine's addresses of version 4, without the loopback's unless it has no other."""
    found = [ip.ip for one in ifaddr.get_adapters() for ip in one.ips if isinstance(ip.ip, str)]
    return [one for one in found if not ipaddress.ip_address(one).is_loopback] or found
