from __future__ import annotations

import pytest

from distill_live.control.timing.tempo import Tempo
from distill_live.control.timing.tempo_parameters import TempoParameters
from distill_live.parameters import ParameterStore


class Stand:
    def __init__(self) -> None:
        self.now = 0.0
        self.tempo, self.store = Tempo(lambda: self.now), ParameterStore()
        self.streams: dict[str, float] = {}
        self.parameters = TempoParameters(self.tempo, self.store, self.streams.__setitem__)

    def clock(self, ticks: int, bpm: float) -> None:
        for _ in range(ticks):
            self.now += 60.0 / bpm / 24
            self.tempo.receive_clock("tick", 0, self.now)
            self.parameters.tick(self.now)


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_what_is_set_is_played(stand: Stand) -> None:
    stand.store.set("tempo", 90.0)
    stand.store.set("beats_per_bar", 3)
    stand.parameters.tick(0.0)
    assert (stand.tempo.bpm, stand.tempo.beats_per_bar) == (90.0, 3)


def test_a_tempo_that_was_just_set_counts_for_lengths_in_beats(stand: Stand) -> None:
    stand.store.set("tempo", 60.0)
    assert stand.parameters.seconds(4.0) == pytest.approx(4.0)


def test_the_tempo_of_who_leads_is_shown_but_not_its_trembling(stand: Stand) -> None:
    stand.clock(100, 133.0)
    assert stand.store["tempo"] == 133.0
    before = stand.store.raw()
    stand.clock(100, 133.02)
    assert stand.store.raw() == before
    stand.clock(200, 134.0)
    assert stand.store["tempo"] == pytest.approx(134.0, abs=0.1)


def test_where_a_midi_clock_leads_what_is_set_is_put_back(stand: Stand) -> None:
    stand.clock(100, 133.0)
    stand.store.set("tempo", 90.0)
    stand.parameters.tick(stand.now)
    assert (stand.store["tempo"], stand.tempo.bpm) == (133.0, pytest.approx(133.0))


def test_when_the_clock_is_gone_the_tempo_stays_and_can_be_set(stand: Stand) -> None:
    stand.clock(100, 133.0)
    stand.now += 10.0
    stand.parameters.tick(stand.now)
    assert stand.tempo.source == "internal"
    assert stand.tempo.bpm == pytest.approx(133.0)
    stand.store.set("tempo", 90.0)
    stand.parameters.tick(stand.now)
    assert stand.tempo.bpm == 90.0


def test_beat_and_phase_are_published(stand: Stand) -> None:
    stand.parameters.tick(1.5)
    assert stand.streams == {
        "/distill/stream/beat": pytest.approx(3.0), "/distill/stream/phase": 0.75,
    }  # fmt: skip
