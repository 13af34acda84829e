from __future__ import annotations

import pytest

from distill_live.control.modulation.takeover import Takeover


def test_jump_takes_every_travel_at_once() -> None:
    takeover = Takeover("jump")
    assert not takeover.waits
    assert [takeover.move(travel, 0.9) for travel in (0.1, 0.5)] == [0.1, 0.5]


def test_pickup_waits_until_the_knob_is_near() -> None:
    takeover = Takeover("pickup", threshold=0.05)
    assert [takeover.move(travel, 0.5) for travel in (0.1, 0.4, 0.46, 0.9)] == [
        None, None, 0.46, 0.9,
    ]  # fmt: skip
    assert not takeover.waits


@pytest.mark.parametrize("way", [(0.1, 0.9), (0.9, 0.1)])
def test_pickup_takes_over_when_a_fast_knob_has_passed_the_value(way: tuple[float, float]) -> None:
    takeover = Takeover("pickup")
    assert [takeover.move(travel, 0.5) for travel in way] == [None, way[1]]


def test_pickup_waits_for_a_knob_that_turns_away() -> None:
    takeover = Takeover("pickup")
    assert [takeover.move(travel, 0.5) for travel in (0.4, 0.3, 0.0)] == [None] * 3
    assert takeover.waits


def test_pickup_waits_again_after_rearm_and_passing_counts_from_where_the_knob_stands() -> None:
    takeover = Takeover("pickup")
    assert takeover.move(0.5, 0.5) == 0.5
    takeover.rearm()
    assert takeover.waits
    assert takeover.move(0.6, 0.9) is None
    assert takeover.move(1.0, 0.9) == 1.0


def test_scale_begins_with_the_first_move_and_meets_at_the_end() -> None:
    takeover = Takeover("scale")
    assert takeover.move(0.5, 0.2) is None
    assert takeover.move(0.75, 0.2) == pytest.approx(0.6)
    assert takeover.move(1.0, 0.2) == pytest.approx(1.0)
    assert takeover.move(0.25, 0.2) == pytest.approx(0.25)


def test_scale_goes_down_as_it_goes_up() -> None:
    takeover = Takeover("scale")
    takeover.move(0.5, 0.8)
    assert takeover.move(0.25, 0.8) == pytest.approx(0.4)
    assert takeover.move(0.0, 0.8) == 0.0


def test_scale_moves_a_value_that_is_stored_in_coarse_steps() -> None:
    takeover = Takeover("scale")
    takeover.move(0.0, 0.0)
    # A parameter with three values stays at 0 for the first quarter of the knob's travel.
    moved = [takeover.move(step / 100, 0.0) for step in range(1, 31)]
    assert moved[-1] == pytest.approx(0.3)


def test_scale_begins_where_the_parameter_is_after_rearm() -> None:
    takeover = Takeover("scale")
    takeover.move(0.5, 0.5)
    takeover.move(0.6, 0.5)
    takeover.rearm()
    assert takeover.move(0.8, 0.0) == pytest.approx(0.5)


@pytest.mark.parametrize("mode", ["jump", "pickup", "scale"])
def test_what_is_set_is_always_a_travel(mode: str) -> None:
    takeover = Takeover(mode)  # type: ignore[arg-type]
    travels = [0.0, 1.0, 0.0, 0.999, 1.0, 0.5, 1e-9, 0.0, 1.0]
    for current in (0.0, 0.3, 1.0):
        taken = [takeover.move(travel, current) for travel in travels]
        assert all(value is None or 0.0 <= value <= 1.0 for value in taken)
        takeover.rearm()
