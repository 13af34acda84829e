"""Which beat it is, whichever source leads."""

from __future__ import annotations

import math

import pytest

from distill_live.control.timing.beat_line import BeatLine
from distill_live.control.timing.tempo import LINK_GONE_S, Tempo
from distill_live.errors import ParameterError


class Stand:
    """A tempo whose clock is moved by hand, and its log lines."""

    def __init__(self) -> None:
        self.now = 100.0
        self.lines: list[str] = []
        self.tempo = Tempo(lambda: self.now, self.lines.append)

    def clock(self, ticks: int, bpm: float) -> None:
        for _ in range(ticks):
            self.now += 60.0 / bpm / 24
            self.tempo.receive_clock("tick", 0, self.now)

    def link(self, bpm: float, beat: float, peers: int = 1) -> None:
        self.tempo.receive_link(BeatLine(beat, self.now, bpm), peers)


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_by_itself_it_plays_120_beats_a_minute_and_four_a_bar(stand: Stand) -> None:
    tempo = stand.tempo
    assert (tempo.bpm, tempo.beats_per_bar, tempo.source) == (120.0, 4, "internal")
    assert tempo.beat(100.0) == 0.0
    assert tempo.beat(103.0) == pytest.approx(6.0)
    assert tempo.phase(103.0) == pytest.approx(0.5)
    assert tempo.seconds(3.0) == pytest.approx(1.5)


def test_another_tempo_continues_from_the_beat_that_is(stand: Stand) -> None:
    stand.now = 101.0
    assert stand.tempo.set_bpm(60.0)
    assert stand.tempo.beat(101.0) == pytest.approx(2.0)
    assert stand.tempo.beat(103.0) == pytest.approx(4.0)


@pytest.mark.parametrize(("given", "played"), [(1.0, 20.0), (1e9, 300.0), (19.9, 20.0)])
def test_a_tempo_is_clipped(stand: Stand, given: float, played: float) -> None:
    stand.tempo.set_bpm(given)
    assert stand.tempo.bpm == played


@pytest.mark.parametrize("bpm", [math.nan, math.inf, -math.inf])
def test_a_tempo_that_is_no_number_is_refused(stand: Stand, bpm: float) -> None:
    with pytest.raises(ParameterError, match=r"20\.\.300"):
        stand.tempo.set_bpm(bpm)
    assert stand.tempo.bpm == 120.0


def test_the_phase_never_reaches_one(stand: Stand) -> None:
    stand.tempo.beats_per_bar = 3
    phases = [stand.tempo.phase(100.0 + step / 64) for step in range(-300, 300)]
    assert 0.0 <= min(phases) < max(phases) < 1.0


@pytest.mark.parametrize(
    ("beats", "now", "boundary"),
    [
        (1, 100.0, 100.0),
        (1, 100.1, 100.5),
        (4, 100.1, 102.0),
        (4, 102.0, 102.0),
        (16, 102.1, 108.0),
        (0.5, 100.3, 100.5),
        (1.5, 100.3, 100.75),
    ],
)
def test_the_next_boundary_is_where_the_beat_is_a_multiple(
    stand: Stand, beats: float, now: float, boundary: float
) -> None:
    assert stand.tempo.next_boundary(beats, now) == pytest.approx(boundary)


def test_a_boundary_is_never_in_the_past(stand: Stand) -> None:
    for step in range(1000):
        now = 100.0 + step * 0.0137
        assert stand.tempo.next_boundary(1, now) >= now


def test_a_midi_clock_leads_when_it_comes_and_the_tempo_continues_when_it_is_gone(
    stand: Stand,
) -> None:
    stand.clock(60, 140.0)
    assert (stand.tempo.source, stand.tempo.bpm) == ("midi", pytest.approx(140.0))
    assert stand.lines == ["tempo: the MIDI clock is the master, 140.0 BPM"]
    beat = stand.tempo.beat(stand.now)
    stand.now += 1.0
    stand.tempo.tick(stand.now)
    assert (stand.tempo.source, stand.tempo.bpm) == ("internal", pytest.approx(140.0))
    assert stand.tempo.beat(stand.now) == pytest.approx(beat + 140 / 60)
    assert stand.lines[1:] == ["tempo: the internal clock is the master, 140.0 BPM"]


def test_who_follows_a_midi_clock_cannot_be_set(stand: Stand) -> None:
    stand.clock(60, 140.0)
    assert not stand.tempo.set_bpm(90.0)
    assert stand.tempo.bpm == pytest.approx(140.0)


def test_a_link_session_leads_only_with_others_in_it(stand: Stand) -> None:
    stand.link(90.0, 3.5, peers=0)
    assert stand.tempo.source == "internal"
    stand.link(90.0, 3.5)
    assert (stand.tempo.source, stand.tempo.bpm) == ("link", 90.0)
    assert stand.tempo.beat(stand.now + 2.0) == pytest.approx(6.5)
    stand.now += LINK_GONE_S + 0.1
    stand.tempo.tick(stand.now)
    assert (stand.tempo.source, stand.tempo.bpm) == ("internal", 90.0)


def test_a_tempo_set_here_is_proposed_to_the_link_session(stand: Stand) -> None:
    proposed: list[float] = []
    stand.tempo.on_proposal = proposed.append
    stand.tempo.set_bpm(100.0)
    assert proposed == []
    stand.link(90.0, 0.0)
    assert stand.tempo.set_bpm(110.0)
    assert proposed == [110.0]
    assert stand.tempo.bpm == 110.0


def test_who_came_first_leads_until_it_is_gone(stand: Stand) -> None:
    stand.link(90.0, 0.0)
    for _ in range(5):
        stand.clock(12, 140.0)
        stand.link(90.0, 0.0)
    assert stand.tempo.source == "link"
    stand.link(90.0, 0.0, peers=0)
    assert stand.tempo.source == "midi"
    stand.clock(12, 140.0)
    stand.link(90.0, 0.0)
    assert stand.tempo.source == "midi"


@pytest.mark.parametrize(
    ("wanted", "leader"),
    [("auto", "midi"), ("internal", "internal"), ("midi", "midi"), ("link", "link")],
)
def test_it_can_be_bound_to_one_source(stand: Stand, wanted: str, leader: str) -> None:
    stand.tempo.lead(wanted)
    stand.clock(60, 140.0)
    stand.link(90.0, 0.0)
    assert stand.tempo.source == leader
    stand.tempo.lead("internal")
    assert stand.tempo.source == "internal"
    stand.tempo.lead(wanted)
    assert stand.tempo.source == leader


def test_an_unknown_source_is_refused_with_those_that_are_legal(stand: Stand) -> None:
    with pytest.raises(ParameterError, match="'rewire'; legal: auto, internal, midi, link"):
        stand.tempo.lead("rewire")


def tap(stand: Stand, *pauses: float) -> None:
    """Tap once, and again after each pause."""
    stand.tempo.tap()
    for pause in pauses:
        stand.now += pause
        stand.tempo.tap()


def test_taps_say_the_tempo_and_each_is_a_beat(stand: Stand) -> None:
    stand.now = 100.2
    stand.tempo.tap()
    assert (stand.tempo.bpm, stand.tempo.beat(100.2)) == (120.0, pytest.approx(0.4))
    for beat in (2.0, 3.0):
        stand.now += 0.6
        stand.tempo.tap()
        assert stand.tempo.bpm == pytest.approx(100.0)
        assert stand.tempo.beat(stand.now) == beat


def test_a_tapped_tempo_is_proposed_to_a_link_session_whose_beats_stay(stand: Stand) -> None:
    proposed: list[float] = []
    stand.tempo.on_proposal = proposed.append
    stand.link(90.0, 0.3)
    tap(stand, 0.5)
    assert proposed == [pytest.approx(120.0)]
    assert stand.tempo.beat(stand.now) == pytest.approx(0.3 + 0.5 * 1.5)


def test_where_a_midi_clock_leads_taps_are_refused(stand: Stand) -> None:
    stand.clock(60, 140.0)
    with pytest.raises(ParameterError, match="the MIDI clock is the master and sets the tempo"):
        stand.tempo.tap()
    assert stand.tempo.bpm == pytest.approx(140.0)


def test_a_bar_can_begin_now_where_nobody_else_leads(stand: Stand) -> None:
    stand.now = 101.3
    stand.tempo.begin_bar()
    assert stand.tempo.phase(101.3) == 0.0
    assert stand.tempo.beat(101.3) == 4.0
    stand.link(90.0, 1.0)
    with pytest.raises(ParameterError, match="Ableton Link is the master and decides"):
        stand.tempo.begin_bar()
    assert stand.tempo.beat(101.3) == 1.0
