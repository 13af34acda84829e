from __future__ import annotations

import numpy as np

from distill_live.commands.serving.page.feed import LiveFeed, LiveReader
from distill_live.control.timing.tempo import Tempo
from distill_live.live.server.server import Server
from distill_live.web.socket.feed import AUDIO, FRAME_KINDS, METERS, SOUND, TIMELINE, PageFeed
from tests.commands.serving.page.columns import BANDS, LEVELS, details


def play(server: Server) -> None:
    """Let a column and some sound be there."""
    server.deck.shown.begin_segment((BANDS, LEVELS))
    server.deck.shown.show(0, 1, details(0))
    server.tap.write(np.zeros((2, 2_400), np.float32))


def kinds(reader: LiveReader) -> list[int]:
    return [frame[0] for frame in reader.frames()]


def test_a_reader_gets_the_kinds_that_it_has_asked_for(server: Server) -> None:
    feed: PageFeed = LiveFeed(server, Tempo())
    numbers = {"meters": METERS, "timeline": TIMELINE, "sound": SOUND, "audio": AUDIO}
    assert numbers.keys() == FRAME_KINDS
    for kind, number in numbers.items():
        reader = feed.open(frozenset({kind}), 48_000)
        play(server)
        assert {frame[0] for frame in reader.frames()} == {number}
    reader = feed.open(FRAME_KINDS, 48_000)
    play(server)
    assert {frame[0] for frame in reader.frames()} == set(numbers.values())
    assert feed.open(frozenset(), 48_000).frames() == []


def test_audio_comes_whenever_it_is_asked_for_and_what_is_shown_keeps_its_pace(
    server: Server,
) -> None:
    reader = LiveFeed(server, Tempo()).open(frozenset({"meters", "audio"}), 24_000)
    reader._next = float("inf")
    server.tap.write(np.zeros((2, 48_000), np.float32))
    assert set(kinds(reader)) == {AUDIO}
    reader._next = 0.0
    assert kinds(reader) == [METERS]
    assert reader._next > 0.0


def test_a_closed_reader_reads_nothing(server: Server) -> None:
    reader = LiveFeed(server, Tempo()).open(FRAME_KINDS, 48_000)
    reader.close()
    play(server)
    assert reader.frames() == []
    reader.close()
