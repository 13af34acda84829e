"""The WebSocket that has the sound alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from distill_live.web.socket.audio import MAX_PLAYERS
from distill_live.web.socket.feed import AUDIO
from tests.tools import wait_until
from tests.web.conftest import Studio

PIECE = bytes([AUDIO]) + b"piece"


@contextmanager
def listen(studio: Studio, query: str = "?rate=48000") -> Iterator[ClientConnection]:
    url = f"{studio.server.address.replace('http', 'ws')}/page/audio{query}"
    with connect(url) as socket:
        yield socket


def why_closed(socket: ClientConnection) -> str:
    with pytest.raises(ConnectionClosed) as raised:
        socket.recv(timeout=20)
    assert raised.value.rcvd is not None
    return raised.value.rcvd.reason


def test_a_player_gets_the_sound_at_its_rate_and_nothing_else(studio: Studio) -> None:
    with listen(studio) as socket:
        wait_until(lambda: studio.feed.readers, "its reader")
        studio.router.receive_osc([("/distill/gain", (0.5,))], ("osc", "127.0.0.1", 1))
        studio.feed.readers[0].due += [PIECE + b"1", PIECE + b"2"]
        assert [socket.recv(timeout=20), socket.recv(timeout=20)] == [PIECE + b"1", PIECE + b"2"]
    assert studio.feed.opened == [(frozenset({"audio"}), 48_000)]
    wait_until(lambda: studio.feed.readers[0].closed, "the reader to be closed")


def test_what_a_player_sends_is_ignored(studio: Studio) -> None:
    with listen(studio, "") as socket:
        wait_until(lambda: studio.feed.readers, "its reader")
        socket.send('{"type": "send", "messages": [["/distill/gain", 0.5]]}')
        socket.send(b"\1")
        studio.feed.readers[0].due.append(PIECE)
        assert socket.recv(timeout=20) == PIECE
    assert studio.feed.opened == [(frozenset({"audio"}), 24_000)]
    assert studio.store["gain"] == 1.0 and studio.lines == []


@pytest.mark.parametrize("rate", ["44100", "", "x"])
def test_another_rate_is_refused_with_those_that_there_are(studio: Studio, rate: str) -> None:
    with listen(studio, f"?rate={rate}") as socket:
        assert why_closed(socket) == "rate must be 24000 or 48000"
    assert studio.feed.opened == []


def test_players_are_not_too_many_and_one_that_goes_makes_room(studio: Studio) -> None:
    players = [listen(studio) for _ in range(MAX_PLAYERS)]
    sockets = [one.__enter__() for one in players]
    wait_until(lambda: len(studio.feed.readers) == MAX_PLAYERS, "all to listen")
    with listen(studio) as late:
        assert why_closed(late) == f"{MAX_PLAYERS} players listen already: close one"
    sockets.pop().close()
    wait_until(lambda: any(one.closed for one in studio.feed.readers), "one to go")
    with listen(studio):
        wait_until(lambda: len(studio.feed.readers) == MAX_PLAYERS + 1, "the next one")
    for one in sockets:
        one.close()
