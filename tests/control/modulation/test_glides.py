from __future__ import annotations

import pytest

from distill_live.control.modulation.glides import Glides, Place
from distill_live.control.namespace.address import Sender

GAIN: Place = ("gain", None)
DETAIL: Place = ("temperature", 2)


class Stand:
    """Glides over values that are twice the travel, and who moved them."""

    def __init__(self) -> None:
        self.values: dict[Place, float] = {GAIN: 0.0, DETAIL: 0.0}
        self.senders: list[Sender] = []
        self.glides = Glides(self.values.__getitem__, self.put)

    def put(self, place: Place, value: float, sender: Sender) -> float:
        self.senders.append(sender)
        # Stored as a parameter of whole tenths would be.
        self.values[place] = round(value, 1)
        return self.values[place]

    def start(self, place: Place, start: float, goal: float, now: float = 0.0) -> None:
        self.glides.start(place, (start, goal), lambda travel: 2 * travel, 1.0, now, "knob")


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_a_glide_goes_evenly_and_ends_exactly_at_its_goal(stand: Stand) -> None:
    stand.start(GAIN, 0.0, 0.7)
    seen = []
    for now in (0.0, 0.25, 0.5, 1.0):
        stand.glides.tick(now)
        seen.append(stand.values[GAIN])
    assert seen == [0.0, 0.3, 0.7, 1.4]
    assert not stand.glides


def test_before_it_began_and_long_after_its_end_it_stands_at_its_ends(stand: Stand) -> None:
    stand.start(GAIN, 0.2, 0.7, now=5.0)
    assert stand.glides.travel(GAIN, 4.0) == 0.2
    assert stand.glides.travel(GAIN, 99.0) == 0.7


def test_what_moves_counts_as_moved_by_who_has_begun_it(stand: Stand) -> None:
    stand.start(GAIN, 0.0, 1.0)
    stand.glides.tick(0.5)
    assert stand.senders == ["knob"]


def test_its_goal_is_reported_until_it_is_reached(stand: Stand) -> None:
    assert stand.glides.goal(GAIN) is None
    stand.start(GAIN, 0.0, 0.7)
    assert stand.glides.goal(GAIN) == 1.4
    stand.glides.tick(1.0)
    assert stand.glides.goal(GAIN) is None


def test_a_parameter_that_is_set_otherwise_stays_there(stand: Stand) -> None:
    stand.start(GAIN, 0.0, 0.7)
    stand.glides.tick(0.5)
    stand.values[GAIN] = 0.1
    stand.glides.tick(0.6)
    assert (stand.values[GAIN], stand.glides.travel(GAIN, 0.6)) == (0.1, None)
    assert not stand.glides


def test_a_new_glide_takes_the_place_of_the_one_before(stand: Stand) -> None:
    stand.start(GAIN, 0.0, 1.0)
    stand.glides.tick(0.5)
    stand.start(GAIN, 0.5, 0.0, now=0.5)
    stand.glides.tick(1.5)
    assert stand.values[GAIN] == 0.0


def test_levels_glide_each_by_itself_and_all_can_be_stopped(stand: Stand) -> None:
    stand.start(GAIN, 0.0, 1.0)
    stand.start(DETAIL, 0.0, 0.5, now=0.5)
    stand.glides.tick(1.0)
    assert stand.values == {GAIN: 2.0, DETAIL: 0.5}
    stand.glides.stop()
    stand.glides.tick(2.0)
    assert stand.values[DETAIL] == 0.5
