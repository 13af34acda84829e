"""LISTEN over WebSockets, by a client of the library websockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from distill_live.errors import ParameterError
from distill_live.web.oscquery import routes as oscquery_routes
from tests.tools import wait_until
from tests.web.conftest import Studio


def packet(address: str, *arguments: object) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return bytes(builder.build().dgram)


def say(socket: ClientConnection, command: str, path: object) -> None:
    socket.send(json.dumps({"COMMAND": command, "DATA": path}))


def hear(socket: ClientConnection) -> tuple[str, list[Any]]:
    """The next OSC message that comes."""
    received = socket.recv(timeout=20)
    assert isinstance(received, bytes)
    message = OscMessage(received)
    return message.address, message.params


def sync(socket: ClientConnection) -> list[tuple[str, list[Any]]]:
    """Everything that came before the answer to a ping."""
    socket.send(packet("/distill/ping", 7))
    heard = [hear(socket)]
    while heard[-1] != ("/distill/pong", [7]):
        heard.append(hear(socket))
    return heard[:-1]


@pytest.fixture
def url(studio: Studio) -> str:
    return studio.server.address.replace("http", "ws")


@pytest.fixture
def socket(url: str) -> Iterator[ClientConnection]:
    with connect(url) as opened:
        yield opened


def test_a_value_that_is_listened_to_comes_at_once_and_when_it_changes(
    studio: Studio, socket: ClientConnection
) -> None:
    say(socket, "LISTEN", "/distill/gain")
    assert hear(socket) == ("/distill/gain", [1.0])
    studio.store.set("gain", 0.5)
    studio.store.set("width", 0.5)
    heard = [hear(socket)]
    while heard[-1] != ("/distill/gain", [0.5]):
        heard.append(hear(socket))
    heard += sync(socket)
    assert {address for address, _ in heard} <= {"/distill/gain"}


def test_levels_and_ways_can_be_listened_to(studio: Studio, socket: ClientConnection) -> None:
    for path in ("/distill/temperature/timbre", "/distill/gain/norm", "/distill/steer/density"):
        say(socket, "LISTEN", path)
    wanted = {
        "/distill/temperature/timbre": [1.0], "/distill/gain/norm": [0.5],
        "/distill/steer/density": ["off"],
    }  # fmt: skip
    latest: dict[str, list[Any]] = {}
    while latest != wanted:
        latest |= dict([hear(socket)])
    studio.store.set("temperature", 0.25)
    studio.store.set("gain", 2.0)
    studio.store.set("steer/density", -1)
    wanted = {
        "/distill/temperature/timbre": [0.25], "/distill/gain/norm": [1.0],
        "/distill/steer/density": [-1.0],
    }  # fmt: skip
    while latest != wanted:
        latest |= dict([hear(socket)])


def test_every_line_that_is_said_comes_to_whoever_listens_to_them(
    studio: Studio, socket: ClientConnection
) -> None:
    say(socket, "LISTEN", "/distill/said")
    sync(socket)
    for line in ("one", "two", "three"):
        studio.feedback.announce("/distill/said", line)
    assert [hear(socket) for _ in range(3)] == [
        ("/distill/said", [line]) for line in ("one", "two", "three")
    ]


def test_the_newest_of_a_stream_comes_at_once_and_what_follows(
    studio: Studio, socket: ClientConnection
) -> None:
    studio.feedback.publish("/distill/stream/level", 0.25, 0.5)
    say(socket, "LISTEN", "/distill/gain")
    sync(socket)
    for path in ("/distill/stream/level", "/distill/stream/none"):
        say(socket, "LISTEN", path)
    while hear(socket) != ("/distill/stream/level", [0.25, 0.5]):
        pass
    studio.feedback.publish("/distill/stream/codes", 1, 2, 3)
    studio.feedback.publish("/distill/stream/level", 0.125, 0.5)
    while (heard := hear(socket)) != ("/distill/stream/level", [0.125, 0.5]):
        assert heard[0] != "/distill/stream/codes"


def test_an_answer_that_comes_later_goes_to_whoever_asked(
    studio: Studio, url: str, socket: ClientConnection
) -> None:
    assert sync(socket) == []
    [listener] = studio.app._oscquery._listeners
    with connect(url) as other:
        assert sync(other) == []
        studio.app.answer(listener.key, [("/distill/done", ("prime", "a.wav"))])
        studio.app.answer(("web", 99), [("/distill/done", ("prime", "b.wav"))])
        assert hear(socket) == ("/distill/done", ["prime", "a.wav"])
        assert sync(other) == []


def test_what_came_of_requests_is_told_to_all_who_listen(
    studio: Studio, socket: ClientConnection
) -> None:
    say(socket, "LISTEN", "/distill/gain")
    sync(socket)
    for name in ("a.wav", "b.wav"):
        studio.feedback.announce("/distill/done", "prime", name)
    studio.feedback.announce("/distill/said", "something else")
    told = [one for one in sync(socket) if one[0] != "/distill/gain"]
    while len(told) < 2:
        told += [one for one in [hear(socket)] if one[0] != "/distill/gain"]
    assert told == [("/distill/done", ["prime", name]) for name in ("a.wav", "b.wav")]
    assert not [address for address, _ in sync(socket) if address == "/distill/said"]


def test_answers_come_all_and_in_order(socket: ClientConnection) -> None:
    for number in range(100):
        socket.send(packet("/distill/ping", number))
    assert [hear(socket) for _ in range(100)] == [
        ("/distill/pong", [number]) for number in range(100)
    ]


def test_a_client_too_many_is_told_when_it_listens(
    studio: Studio, socket: ClientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise ParameterError("64 clients are already subscribed")

    monkeypatch.setattr(studio.feedback, "subscribe", refuse)
    say(socket, "LISTEN", "/distill/gain")
    with pytest.raises(ConnectionClosed, match="64 clients are already subscribed"):
        while True:
            socket.recv(timeout=20)


def test_what_is_ignored_again_comes_no_more(studio: Studio, socket: ClientConnection) -> None:
    for path in ("/distill/gain", "/distill/width"):
        say(socket, "LISTEN", path)
    sync(socket)
    say(socket, "IGNORE", "/distill/gain")
    sync(socket)
    studio.store.set("gain", 0.5)
    studio.store.set("width", 0.5)
    while (heard := hear(socket)) != ("/distill/width", [0.5]):
        assert heard[0] != "/distill/gain"
    assert not [address for address, _ in sync(socket) if address == "/distill/gain"]


def test_an_osc_packet_over_the_socket_plays_as_one_over_udp(
    studio: Studio, socket: ClientConnection
) -> None:
    socket.send(packet("/distill/gain", 0.25))
    socket.send(packet("/distill/rewind", 4.0, "same"))
    socket.send(packet("/distill/get", "gain"))
    assert hear(socket) == ("/distill/gain", [0.25])
    assert studio.requests == [("rewind", (4.0, "same"))]


def test_two_clients_hear_each_other(studio: Studio, url: str, socket: ClientConnection) -> None:
    say(socket, "LISTEN", "/distill/gain")
    assert hear(socket) == ("/distill/gain", [1.0])
    with connect(url) as other:
        other.send(packet("/distill/gain", 0.125))
        while hear(socket) != ("/distill/gain", [0.125]):
            pass


def test_what_means_nothing_is_passed_over(studio: Studio, socket: ClientConnection) -> None:
    deep = "[" * 20_000
    for text in ("", "{}", "[]", "null", "1", "{", deep, '{"COMMAND": [], "DATA": {}}', "\ud7ff"):
        socket.send(text)
    for path in ("/", "/distill", "/distill/panic", "/nowhere", "", None, ["/distill/gain"]):
        say(socket, "LISTEN", path)
        say(socket, "IGNORE", path)
    for junk in (b"", b"\0", b"#bundle\0", b"/distill/gain\0\0\0,f\0\0", b"\xff" * 100):
        socket.send(junk)
    assert sync(socket) == []
    assert studio.router.counters.malformed == 5
    assert studio.store["gain"] == 1.0


def test_a_message_that_is_too_long_ends_that_client_alone(
    url: str, socket: ClientConnection
) -> None:
    with connect(url) as other:
        other.send(b"/" * 100_000)
        with pytest.raises(ConnectionClosed):
            other.recv(timeout=20)
    assert sync(socket) == []


def test_a_client_that_does_not_read_gets_the_newest_and_holds_nobody_up(
    studio: Studio, url: str, socket: ClientConnection
) -> None:
    with connect(url) as lazy:
        for client in (lazy, socket):
            say(client, "LISTEN", "/distill/gain")
            assert hear(client) == ("/distill/gain", [1.0])
        for step in range(200):
            studio.store.set("gain", step / 100)
            studio.feedback.publish("/distill/stream/level", step / 100, 1.0)
        while hear(socket) != ("/distill/gain", [pytest.approx(1.99)]):
            pass
        while hear(lazy) != ("/distill/gain", [pytest.approx(1.99)]):
            pass


def test_clients_are_told_when_the_levels_have_other_names(
    studio: Studio, socket: ClientConnection
) -> None:
    sync(socket)
    studio.app.note_levels()
    studio.labels = ("Body", "Air")
    studio.app.note_levels()
    notice = json.loads(socket.recv(timeout=20))
    assert notice == {"COMMAND": "PATH_CHANGED", "DATA": "/distill"}
    assert sync(socket) == []


def test_a_client_that_leaves_is_forgotten(studio: Studio, url: str) -> None:
    with connect(url) as leaving:
        say(leaving, "LISTEN", "/distill/gain")
        hear(leaving)
        assert len(studio.feedback._subscribers) == 1
    wait_until(lambda: not studio.feedback._subscribers, "the subscription to end")
    assert not studio.app._oscquery._listeners


def test_a_page_of_another_site_is_refused_and_an_own_one_is_not(studio: Studio, url: str) -> None:
    for origin in ("http://evil.example", "null", f"http://localhost:{studio.server.port}"):
        with pytest.raises(InvalidStatus) as refused, connect(url, origin=origin):
            pass
        assert refused.value.response.status_code == 403
    with connect(url, origin=studio.server.address) as own:
        assert sync(own) == []


def test_there_is_room_for_so_many_and_no_more(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oscquery_routes, "MAX_SOCKETS", 2)
    with connect(url) as one, connect(url) as two:
        assert sync(one) == sync(two) == []
        with pytest.raises(InvalidStatus), connect(url):
            pass
        assert sync(one) == []
