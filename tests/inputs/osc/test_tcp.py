"""OSC over TCP: what a connection can do, and that it cannot disturb other connections."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from distill_live.inputs.osc import OscInput, SharedPort
from distill_live.inputs.osc import connection as connection_module
from distill_live.inputs.osc.endpoints import AllowedHosts
from distill_live.inputs.osc.framing import Framing, LengthPrefixed, Slip
from distill_live.inputs.osc.packets import build_message
from distill_live.inputs.osc.tcp import MAX_OF_HOST
from tests.inputs.conftest import Instrument
from tests.inputs.osc.client import GAIN, Client, bundle
from tests.inputs.osc.conftest import Desk
from tests.inputs.osc.packets import MALFORMED
from tests.inputs.osc.tcp_client import TcpClient
from tests.tools import wait_until

FRAMINGS = [LengthPrefixed, Slip]


@pytest.fixture
def tcp(osc: OscInput) -> Iterator[TcpClient]:
    client = TcpClient(osc.port)
    yield client
    client.socket.close()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_message_over_tcp_is_taken_and_answered_on_the_same_connection(
    instrument: Instrument, osc: OscInput, framing: type[Framing]
) -> None:
    client = TcpClient(osc.port, framing)
    client.send(GAIN, bundle(build_message("/distill/seed", [9])))
    client.say("/distill/get", "gain", "seed")
    assert client.hear() + client.hear() == [("/distill/gain", [0.5]), ("/distill/seed", [9])]
    assert (instrument.store["gain"], instrument.store["seed"]) == (0.5, 9)
    client.socket.close()


def test_two_clients_of_different_framing_are_served_side_by_side(osc: OscInput) -> None:
    one, other = TcpClient(osc.port, LengthPrefixed), TcpClient(osc.port, Slip)
    for _ in range(3):
        one.ping()
        other.ping()
    assert one.heard == other.heard == []
    one.socket.close()
    other.socket.close()


@pytest.mark.usefixtures("ticking")
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_subscription_is_told_over_the_connection(
    instrument: Instrument, osc: OscInput, framing: type[Framing]
) -> None:
    client = TcpClient(osc.port, framing)
    client.say("/distill/subscribe", "/distill/gain")
    assert client.hear() == [("/distill/gain", [1.0])]
    instrument.store.set("gain", 0.25)
    assert client.hear() == [("/distill/gain", [0.25])]
    client.say("/distill/unsubscribe")
    client.ping()
    client.socket.close()


def test_a_subscription_over_tcp_ends_with_its_connection(desk: Desk, tcp: TcpClient) -> None:
    tcp.say("/distill/subscribe")
    tcp.ping()
    assert desk.feedback.listeners == 1
    tcp.socket.close()
    wait_until(lambda: desk.feedback.listeners == 0, "the end of the subscription")


def test_a_port_to_be_told_at_is_refused_over_tcp(tcp: TcpClient) -> None:
    tcp.say("/distill/subscribe", 9001, 60, "/distill/gain")
    [(address, [about, reason])] = tcp.hear()
    assert (address, about) == ("/distill/error", "/distill/subscribe")
    assert "leave the port out" in reason


def test_what_took_its_time_is_answered_over_the_connection(osc: OscInput, tcp: TcpClient) -> None:
    tcp.ping()
    sender = ("osc", "127.0.0.1", tcp.port, "TCP")
    osc.answer(sender, [("/distill/done", ("prime", "yes"))])
    assert tcp.hear() == [("/distill/done", ["prime", "yes"])]


@pytest.mark.parametrize("packet", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_packet_over_tcp_is_counted_and_answered_and_the_next_one_taken(
    instrument: Instrument, osc: OscInput, packet: bytes
) -> None:
    client = TcpClient(osc.port)
    client.send(packet)
    client.ping()
    assert [address for address, _ in client.heard] == ["/distill/error"]
    assert instrument.router.counters.malformed == 1
    client.socket.close()


@pytest.mark.parametrize(
    "junk",
    [struct.pack(">I", 2**24 - 1), b"\1\2\3\4", b"GET / HTTP/1.0\r\n\r\n", b"\xc0/a\xdb\0\xc0"],
    ids=["too large", "no framing", "HTTP", "bad escape"],
)
def test_what_is_not_osc_is_counted_and_hung_up_on(
    instrument: Instrument, osc: OscInput, tcp: TcpClient, junk: bytes
) -> None:
    broken = socket.create_connection(("127.0.0.1", osc.port), timeout=60)
    broken.sendall(junk)
    try:
        while broken.recv(4096):
            pass
    except ConnectionError:
        pass
    tcp.ping()
    assert instrument.router.counters.malformed == 1
    broken.close()


def test_a_client_that_sends_half_a_packet_holds_nobody_up(
    instrument: Instrument, osc: OscInput, client: Client, tcp: TcpClient
) -> None:
    slow = socket.create_connection(("127.0.0.1", osc.port), timeout=60)
    slow.sendall(LengthPrefixed().wrap(GAIN)[:9])
    tcp.ping()
    client.ping()
    assert instrument.store["gain"] == 1.0
    slow.sendall(LengthPrefixed().wrap(GAIN)[9:])
    slow.close()
    wait_until(lambda: instrument.store["gain"] == 0.5, "the rest of the packet")


def test_a_client_that_does_not_read_is_hung_up_on_and_the_others_are_served(
    desk: Desk, osc: OscInput, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "MAX_BACKLOG_BYTES", 4096)
    deaf = TcpClient(osc.port)
    deaf.say("/distill/subscribe", "/distill/said")
    wait_until(lambda: desk.feedback.listeners == 1, "the subscription")
    other = TcpClient(osc.port)
    sender = ("osc", "127.0.0.1", deaf.port, "TCP")
    for _ in range(2000):
        # Far more than the system keeps for a client that does not read.
        osc.answer(sender, [("/distill/done", ("prime", "x" * 30_000))])
    wait_until(lambda: desk.feedback.listeners == 0, "the end of the connection")
    other.ping()
    client.ping()
    assert deaf.is_closed()
    other.socket.close()


def test_connections_of_one_host_are_limited_and_those_that_are_open_continue(
    instrument: Instrument, osc: OscInput, tcp: TcpClient
) -> None:
    tcp.ping()
    more = [TcpClient(osc.port) for _ in range(MAX_OF_HOST - 1)]
    for one in more:
        one.ping()
    assert TcpClient(osc.port).is_closed()
    [line] = instrument.lines
    assert "refused a connection from 127.0.0.1: 32 are already open" in line
    more.pop().socket.close()
    wait_until(lambda: _answers(osc.port), "room for another connection")
    tcp.ping()
    for one in more:
        one.socket.close()


def _answers(port: int) -> bool:
    client = TcpClient(port)
    try:
        client.ping()
        return True
    except (EOFError, ConnectionError):
        return False
    finally:
        client.socket.close()


def test_who_is_not_allowed_gets_no_connection(
    instrument: Instrument, osc: OscInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The only hosts that can be had without a network are this machine's own.
    allowed = osc._allowed.allows
    monkeypatch.setattr(osc._allowed, "allows", lambda _: False)
    assert TcpClient(osc.port).is_closed()
    monkeypatch.setattr(osc._allowed, "allows", allowed)
    assert _answers(osc.port)
    assert instrument.lines == [
        "OSC from 127.0.0.1 is ignored; allow it with --osc-allow 127.0.0.1"
    ]


def test_where_another_program_has_the_port_udp_alone_is_taken(instrument: Instrument) -> None:
    other = socket.create_server(("127.0.0.1", 0))
    port = int(other.getsockname()[1])
    osc = OscInput("127.0.0.1", port, instrument.router)
    osc.start()
    assert not osc.takes_tcp
    [line] = instrument.lines
    assert line.startswith(f"cannot listen for OSC over TCP on 127.0.0.1:{port}: ")
    client = Client(port)
    client.ping()
    osc.stop()
    client.socket.close()
    other.close()


def test_stop_closes_connections_and_frees_the_port(instrument: Instrument, osc: OscInput) -> None:
    client = TcpClient(osc.port)
    client.ping()
    osc.stop()
    assert client.is_closed()
    assert not [one for one in threading.enumerate() if one.name == "osc-tcp"]
    again = OscInput("127.0.0.1", osc.port, instrument.router)
    again.start()
    assert again.takes_tcp
    again.stop()


def test_http_at_the_same_port_is_handed_on_unread(instrument: Instrument) -> None:
    taken: list[socket.socket] = []
    osc = OscInput("127.0.0.1", 0, instrument.router)
    osc.shared = SharedPort("127.0.0.1", taken.append)
    osc.start()
    browser = socket.create_connection(("127.0.0.1", osc.port), timeout=60)
    browser.sendall(b"GET / HTTP/1.1\r\n")
    wait_until(lambda: taken, "the connection")
    assert taken[0].recv(100) == b"GET / HTTP/1.1\r\n"
    assert _answers(osc.port)
    osc.stop()
    browser.close()
    taken[0].close()


@pytest.mark.parametrize(
    ("osc_host", "web_host", "here"),
    [("127.0.0.1", "0.0.0.0", "127.0.0.2"), ("0.0.0.0", "127.0.0.1", "127.0.0.1")],  # noqa: S104
)
def test_each_of_two_at_one_port_is_reached_at_its_own_host_alone(
    instrument: Instrument, osc_host: str, web_host: str, here: str
) -> None:
    taken: list[socket.socket] = []
    osc = OscInput(osc_host, 0, instrument.router)
    osc._allowed = AllowedHosts(["10.0.0.0/8"])
    osc.shared = SharedPort(web_host, taken.append)
    osc.start()
    browser = socket.create_connection((here, osc.port), timeout=60)
    browser.sendall(b"GET / HTTP/1.1\r\n")
    wait_until(lambda: taken, "the connection")
    wrong = socket.create_connection(("127.0.0.2", osc.port), timeout=60)
    wrong.sendall(LengthPrefixed().wrap(GAIN) if here == "127.0.0.2" else b"GET / HTTP/1.1\r\n")
    assert wrong.recv(100) == b""
    assert instrument.store["gain"] == 1.0
    osc.stop()
    for one in (browser, wrong, *taken):
        one.close()
