from __future__ import annotations

import math
import struct
from dataclasses import fields

import numpy as np
import pytest

from distill_live.commands.serving.page.meters import MetersReader, heard_place
from distill_live.control.timing.tempo import Tempo
from distill_live.live.ipc.current_column import CurrentColumn
from distill_live.live.ipc.messages import EngineReady
from distill_live.live.ipc.status import Motion, Transport
from distill_live.live.server.deck import Deck
from distill_live.live.server.server import Server
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.web.socket.frames import Meters

NAMES = [field.name for field in fields(Meters)]
COLUMN = 4_096


def read(reader: MetersReader) -> dict[str, float]:
    (frame,) = reader.frames()
    return dict(zip(NAMES, struct.unpack("<BBBB15f", frame)[1:], strict=True))


@pytest.fixture
def reader(server: Server, tiny_model: LoadedVQModel) -> MetersReader:
    """Of a server whose engine has begun."""
    server.deck.note(EngineReady("tiny", tiny_model.blank_grid))
    server.deck.status.beat("engine_beat")
    return MetersReader(server, Tempo(clock=lambda: 0.0))


@pytest.fixture
def deck(reader: MetersReader, server: Server) -> Deck:
    return server.deck


def test_the_meters_are_those_of_the_output_the_engine_and_the_beat(
    reader: MetersReader, server: Server
) -> None:
    audio, engine = server.status, server.deck.status
    audio["transport"], audio["bridging"], audio["rms"] = Transport.STOP, 1, 0.25
    audio["falling_peak"], audio["underruns"], audio["output_latency"] = 0.5, 3, 0.125
    engine["lookahead"], engine["load"], engine["reaction"], engine["take"] = 6, 0.375, 0.0625, 4
    engine["position"] = 24_000
    engine.current_column.write(CurrentColumn(7, np.zeros((8, 3), np.int64), 16, 2.5))
    found = read(reader)
    beat = found.pop("beat")
    assert 0.0 < beat < math.inf
    expected = {
        "motion": 0, "transport": 1, "bridging": 1, "rms": 0.25, "falling_peak": 0.5,
        "position": 0.0, "lookahead": 6, "ring": 0.5, "load": 0.375, "entropy": 2.5,
        "underruns": 3, "tempo": 120, "reaction": 0.0625, "output_latency": 0.125, "take": 4,
        "loop_begin": math.nan, "loop_end": math.nan,
    }  # fmt: skip
    assert found == pytest.approx(expected, nan_ok=True)


def test_the_entropy_stays_while_another_is_being_written(reader: MetersReader, deck: Deck) -> None:
    deck.status.current_column.write(CurrentColumn(7, np.zeros((8, 3), np.int64), 16, 2.5))
    read(reader)
    deck.status.current_column._numbers.array[0] += 1
    assert read(reader)["entropy"] == 2.5


def test_a_loop_has_a_begin_and_an_end_while_it_plays(reader: MetersReader, deck: Deck) -> None:
    deck.status["loop_begin"], deck.status["loop_end"] = 2.5, 4.0
    assert math.isnan(read(reader)["loop_begin"])
    deck.status["motion"] = Motion.LOOP
    found = read(reader)
    assert (found["motion"], found["loop_begin"], found["loop_end"]) == (2, 2.5, 4.0)


def test_before_an_engine_plays_there_is_no_place(server: Server) -> None:
    assert math.isnan(heard_place(server.deck))


@pytest.mark.parametrize(
    ("motion", "place", "expected"),
    [(Motion.FORWARD, 7.25, 7.75), (Motion.HOLD, 7.25, 7.75), (Motion.HOLD, 7.75, 7.25),
     (Motion.LOOP, 7.25, 7.75), (Motion.LOOP, 8.75, 7.75)],
)  # fmt: skip
def test_the_place_follows_the_ring_until_the_engine_says_more(
    deck: Deck, motion: Motion, place: float, expected: float
) -> None:
    deck.status["motion"], deck.status["place"], deck.status["place_at"] = motion, place, 100
    deck.status["loop_begin"], deck.status["loop_end"] = 7.0, 8.5
    deck.ring.advance(100 + COLUMN // 2)
    if place == 8.75:
        expected = 7.0 + (8.75 + 0.5 - 7.0) % 1.5
    assert heard_place(deck) == pytest.approx(expected)


def test_the_place_never_goes_back_behind_what_the_engine_has_said(deck: Deck) -> None:
    deck.status["place"], deck.status["place_at"] = 7.25, 100_000
    assert heard_place(deck) == 7.25
