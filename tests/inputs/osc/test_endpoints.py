from __future__ import annotations

import socket

import pytest
from pythonosc.osc_message import OscMessage

from distill_live.errors import DeviceError
from distill_live.inputs.osc import OscInput, parse_endpoint
from distill_live.inputs.osc.endpoints import AllowedHosts
from distill_live.inputs.osc.packets import build_message
from tests.inputs.conftest import Instrument


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:65535", ("::1", 65_535)),
    ],
)
def test_an_endpoint_is_host_and_port(text: str, endpoint: tuple[str, int]) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize("text", ["", "9000", ":9000", "host:", "host:65536", "host:-1", "h:9k"])
def test_what_is_not_an_endpoint_is_reported_with_what_is_legal(text: str) -> None:
    with pytest.raises(DeviceError, match=r"legal: HOST:PORT, such as 127\.0\.0\.1:9000"):
        parse_endpoint(text)


def test_a_port_in_use_is_reported_with_what_to_do(instrument: Instrument, osc: OscInput) -> None:
    with pytest.raises(DeviceError, match=rf"127\.0\.0\.1:{osc.port}.*--osc HOST:PORT"):
        OscInput("127.0.0.1", osc.port, instrument.router).start()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1", "a" * 300])
def test_a_host_that_is_not_here_is_reported(instrument: Instrument, host: str) -> None:
    with pytest.raises(DeviceError, match="cannot listen for OSC"):
        OscInput(host, 0, instrument.router, allow=["10.0.0.0/8"]).start()


def test_ipv6_is_served(instrument: Instrument) -> None:
    reader = OscInput("::1", 0, instrument.router)
    try:
        reader.start()
    except DeviceError as error:
        pytest.skip(f"this machine has no IPv6: {error}")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        sender.settimeout(60)
        sender.sendto(build_message("/distill/ping", []), ("::1", reader.port))
        assert OscMessage(sender.recv(4096)).address == "/distill/pong"
    reader.stop()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_always_listened_to(address: str) -> None:
    assert AllowedHosts().allows(address)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("192.168.1.20", True),
        ("192.168.2.20", False),
        ("10.0.0.5", True),
        ("10.0.0.6", False),
        ("::ffff:192.168.1.20", True),
        ("fe80::1%eth0", True),
        ("fd00::1", False),
    ],
)
def test_a_host_is_listened_to_when_a_network_holds_it(address: str, allowed: bool) -> None:
    hosts = AllowedHosts(["192.168.1.0/24", "10.0.0.5", "fe80::/10"])
    assert hosts.allows(address) is allowed


def test_a_network_may_be_given_by_one_of_its_hosts() -> None:
    assert AllowedHosts(["192.168.1.20/24"]).allows("192.168.1.99")


@pytest.mark.parametrize("network", ["", "192.168.1", "192.168.1.0/33", "a.host", "10.0.0.0/x"])
def test_what_is_not_a_network_is_reported_with_what_is_legal(network: str) -> None:
    with pytest.raises(DeviceError, match=r"--osc-allow .* is not a network.*192\.168\.1\.0/24"):
        AllowedHosts([network])


def test_listening_beyond_this_machine_needs_to_know_to_whom(instrument: Instrument) -> None:
    with pytest.raises(DeviceError, match=r"no passwords.* on 0\.0\.0\.0, .*with --osc-allow"):
        OscInput("0.0.0.0", 0, instrument.router).start()  # noqa: S104 - what is tested
    reader = OscInput("0.0.0.0", 0, instrument.router, allow=["10.0.0.0/8"])  # noqa: S104
    reader.start()
    reader.stop()
