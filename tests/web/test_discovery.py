from __future__ import annotations

import threading
import time

from zeroconf import ServiceBrowser, ServiceStateChange, Zeroconf

from distill_live.web.discovery import Announcement, Service
from tests.tools import wait_until


class Browser:
    """What a program that browses 127.0.0.1 sees, by name: port and addresses."""

    def __init__(self, *kinds: str) -> None:
        self.found: dict[str, tuple[int | None, list[str]]] = {}
        self._zeroconf = Zeroconf(interfaces=["127.0.0.1"])
        self._browser = ServiceBrowser(self._zeroconf, list(kinds), handlers=[self._note])

    def _note(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            self.found.pop(name, None)
            return
        info = zeroconf.get_service_info(service_type, name)
        if info is not None:
            self.found[name] = (info.port, info.parsed_addresses())

    def close(self) -> None:
        self._browser.cancel()
        self._zeroconf.close()


# A name of its own: other servers may run on this machine.
NAME = f"distill-live-test-{time.time_ns():x}"
QUERY, OSC = "_oscjson._tcp.local.", "_osc._udp.local."
SERVICES = [Service("_oscjson._tcp", "127.0.0.1", 9001), Service("_osc._udp", "127.0.0.1", 9002)]


def test_both_services_are_found_by_name_and_gone_when_it_stops() -> None:
    lines: list[str] = []
    browser, told = Browser(QUERY, OSC), Announcement(NAME, SERVICES, lines.append)
    told.start()
    wanted = {
        f"{NAME}.{QUERY}": (9001, ["127.0.0.1"]),
        f"{NAME}.{OSC}": (9002, ["127.0.0.1"]),
    }
    wait_until(lambda: wanted.items() <= browser.found.items(), "both services")
    told.stop()
    wait_until(lambda: not any(name in browser.found for name in wanted), "both to be gone")
    browser.close()
    assert lines == []


def test_a_second_server_of_the_same_name_is_found_beside_the_first() -> None:
    lines: list[str] = []
    name = f"{NAME}-twice"
    browser = Browser(QUERY)
    both = [
        Announcement(name, [Service("_oscjson._tcp", "127.0.0.1", port)], lines.append)
        for port in (9001, 9003)
    ]
    for one in both:
        one.start()
        wait_until(lambda: len(ports(browser, name)) == both.index(one) + 1, "another server")  # noqa: B023
    assert ports(browser, name) == [9001, 9003]
    for one in both:
        one.stop()
    browser.close()
    assert lines == []


def ports(browser: Browser, name: str) -> list[int | None]:
    return sorted(
        port for found, (port, _) in dict(browser.found).items() if found.startswith(name)
    )


def test_where_it_cannot_be_told_a_line_says_so() -> None:
    lines: list[str] = []
    told = Announcement(NAME, [Service("_osc._udp", "no.such.host.invalid", 9)], lines.append)
    told.start()
    told.stop()
    [line] = lines
    assert line.startswith("other programs cannot find this server by name (zeroconf): ")
    assert not [thread for thread in threading.enumerate() if thread.name == "announcement"]
