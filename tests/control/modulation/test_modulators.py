from __future__ import annotations

import math
from itertools import pairwise
from statistics import mean

import pytest

from distill_live.control.modulation.modulators import LFO, EnvelopeFollower, RandomWalk, Shape
from distill_live.control.timing.tempo import Tempo
from distill_live.errors import ParameterError


@pytest.fixture
def tempo() -> Tempo:
    return Tempo(lambda: 0.0)


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("sine", [0.0, 0.5, 1.0, 0.5]),
        ("triangle", [0.0, 0.5, 1.0, 0.5]),
        ("saw", [0.0, 0.25, 0.5, 0.75]),
        ("square", [1.0, 1.0, 0.0, 0.0]),
    ],
)
def test_an_lfo_goes_through_its_shape_in_its_seconds(
    tempo: Tempo, shape: Shape, values: list[float]
) -> None:
    lfo = LFO(shape, seconds=8.0)
    for cycle in (0, 1, 7):
        found = [lfo.value(8.0 * cycle + second, tempo, 0.0) for second in (0.0, 2.0, 4.0, 6.0)]
        assert found == pytest.approx(values, abs=1e-9)


def test_an_lfo_in_beats_keeps_step_with_the_tempo(tempo: Tempo) -> None:
    lfo = LFO("saw", beats=4.0)
    assert lfo.value(1.0, tempo, 0.0) == pytest.approx(0.5)
    tempo.set_bpm(60.0)
    assert lfo.value(1.0, tempo, 0.0) == pytest.approx(0.25)
    assert lfo.value(3.0, tempo, 0.0) == pytest.approx(tempo.phase(3.0)) == pytest.approx(0.75)


def test_the_phase_says_where_the_first_cycle_begins(tempo: Tempo) -> None:
    assert LFO("saw", seconds=8.0, phase=0.75).value(0.0, tempo, 0.0) == pytest.approx(0.75)
    assert LFO("saw", seconds=8.0, phase=0.75).value(4.0, tempo, 0.0) == pytest.approx(0.25)


def test_a_random_lfo_has_a_value_of_its_own_for_each_cycle(tempo: Tempo) -> None:
    lfo = LFO("random", seconds=1.0)
    first = [lfo.value(0.1 * step, tempo, 0.0) for step in range(10)]
    assert len(set(first)) == 1
    cycles = [lfo.value(cycle + 0.5, tempo, 0.0) for cycle in range(200)]
    assert len(set(cycles)) == 200
    assert 0.0 <= min(cycles) < 0.1 < 0.9 < max(cycles) <= 1.0
    assert cycles == [LFO("random", seconds=1.0).value(n + 0.2, tempo, 0.0) for n in range(200)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "in `seconds` or in `beats`"),
        ({"seconds": 1.0, "beats": 1.0}, "in `seconds` or in `beats`"),
        ({"seconds": 0.0}, r"seconds cannot be 0.0; legal: 0.05..3600"),
        ({"beats": math.nan}, "beats cannot be nan"),
        ({"seconds": 1.0, "phase": 2.0}, "phase cannot be 2.0; legal: 0..1"),
        (
            {"seconds": 1.0, "shape": "sinus"},
            "there is no LFO shape 'sinus'; legal: sine, triangle",
        ),
    ],
)
def test_an_lfo_that_cannot_be_is_refused(given: dict[str, float], told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        LFO(**given)  # type: ignore[arg-type]


def test_a_follower_rises_with_its_attack_and_falls_with_its_release(tempo: Tempo) -> None:
    follower = EnvelopeFollower(attack=0.1, release=1.0)
    assert follower.value(0.0, tempo, 0.0) == 0.0
    assert follower.value(0.1, tempo, 1.0) == pytest.approx(1.0 - math.exp(-1.0))
    top = follower.value(9.0, tempo, 1.0)
    assert top == pytest.approx(1.0)
    assert follower.value(10.0, tempo, 0.0) == pytest.approx(math.exp(-1.0))


def test_a_follower_does_not_depend_on_how_often_it_is_asked(tempo: Tempo) -> None:
    seldom, often = EnvelopeFollower(attack=0.2), EnvelopeFollower(attack=0.2)
    seldom.value(0.0, tempo, 0.5)
    often.value(0.0, tempo, 0.5)
    for step in range(1, 101):
        value = often.value(step / 100, tempo, 0.5)
    assert value == pytest.approx(seldom.value(1.0, tempo, 0.5))


@pytest.mark.parametrize("level", [math.nan, math.inf, -1.0, 9.0])
def test_a_follower_stays_within_0_to_1(tempo: Tempo, level: float) -> None:
    follower = EnvelopeFollower(attack=0.0, release=0.0, gain=3.0)
    assert follower.value(0.0, tempo, 0.5) == 1.0
    assert 0.0 <= follower.value(1.0, tempo, level) <= 1.0
    assert follower.value(2.0, tempo, 0.25) == pytest.approx(0.75)


def test_a_walk_goes_everywhere_and_never_out(tempo: Tempo) -> None:
    walk = RandomWalk(seconds=1.0, seed=3)
    way = [walk.value(step / 100, tempo, 0.0) for step in range(20_000)]
    assert way[0] == 0.5
    assert 0.0 <= min(way) < 0.05 < 0.95 < max(way) <= 1.0
    assert mean(way) == pytest.approx(0.5, abs=0.1)
    # It takes small steps, however often it turns back.
    steps = [abs(late - early) for early, late in pairwise(way)]
    assert max(steps) < 0.3


def test_a_slow_walk_goes_less_far_and_the_same_seed_goes_alike(tempo: Tempo) -> None:
    def way(seconds: float, seed: int) -> list[float]:
        walk = RandomWalk(seconds, seed)
        return [walk.value(step / 100, tempo, 0.0) for step in range(100)]

    assert way(1.0, 5) == way(1.0, 5) != way(1.0, 6)
    spread = [max(way(seconds, 5)) - min(way(seconds, 5)) for seconds in (0.5, 50.0)]
    assert spread[0] > 3 * spread[1]


def test_a_walk_that_was_not_asked_for_long_is_still_within(tempo: Tempo) -> None:
    walk = RandomWalk(seconds=0.05, seed=1)
    walk.value(0.0, tempo, 0.0)
    assert all(0.0 <= walk.value(1e6 * step, tempo, 0.0) <= 1.0 for step in range(1, 50))
