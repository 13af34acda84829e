from __future__ import annotations

import pytest

from distill_live.parameters import Curve, find_travel, scale_travel, shape_travel

CURVES: tuple[Curve, ...] = ("linear", "exp", "log", "s")


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize(("low", "high"), [(0.4, 1.6), (2.0, 0.1)])
def test_the_travel_to_a_value_is_found_again(curve: Curve, low: float, high: float) -> None:
    for step in range(101):
        value = scale_travel(step / 100, low, high, curve)
        assert find_travel(value, low, high, curve) == pytest.approx(step / 100, abs=1e-6)


def test_the_travel_to_a_value_outside_the_range_is_the_nearer_end() -> None:
    assert [find_travel(value, 1.0, 2.0) for value in (0.0, 5.0)] == [0.0, 1.0]
    assert find_travel(60.0, 60.0, 60.0) == 0.0


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_keeps_the_ends_and_always_rises(curve: Curve) -> None:
    way = [shape_travel(step / 100, curve) for step in range(101)]
    assert way[0] == pytest.approx(0.0, abs=1e-12)
    assert way[-1] == pytest.approx(1.0)
    assert way == sorted(way)
    assert len(set(way)) == 101


def test_exp_is_fine_at_the_low_end_and_log_at_the_high_end() -> None:
    assert shape_travel(0.5, "exp") < 0.25
    assert shape_travel(0.5, "log") > 0.75
    assert shape_travel(0.1, "s") < 0.1 < 0.9 < shape_travel(0.9, "s")


def test_travel_outside_0_to_1_stays_at_the_end() -> None:
    assert scale_travel(-1.0, 2.0, 4.0) == 2.0
    assert scale_travel(9.0, 2.0, 4.0) == 4.0


def test_a_range_can_run_backwards() -> None:
    assert scale_travel(0.25, 1.0, 0.0) == 0.75
