"""The formulas for other programs give the same as the instrument's own functions."""

import math
from typing import get_args

import pytest

from distill_live.clients.curves import travel_formula, value_formula
from distill_live.parameters import Curve, Parameter, find_travel, scale_travel

TRAVELS = (0.0, 0.1, 0.25, 0.5, 0.8, 1.0)


def compute(formula: str, x: float) -> float:
    return float(eval(formula, vars(math) | {"x": x}))  # noqa: S307  # a formula of our own


@pytest.mark.parametrize("low, high", [(0.05, 20.0), (-3.0, -1.0), (-1.0, 60.0)])
@pytest.mark.parametrize("curve", get_args(Curve))
def test_formulas_bend_as_the_instrument_does(curve: Curve, low: float, high: float) -> None:
    parameter = Parameter("x", "float", low, high, low, "", "", curve)
    for travel in TRAVELS:
        value = scale_travel(travel, low, high, curve)
        assert compute(value_formula(parameter, "x"), travel) == pytest.approx(value, abs=1e-6)
        back = find_travel(value, low, high, curve)
        assert compute(travel_formula(parameter, "x"), value) == pytest.approx(back, abs=1e-6)


def test_whole_numbers_are_floats_in_every_language() -> None:
    parameter = Parameter("x", "float", -2, 1e12, 0, "", "", "exp")
    assert value_formula(parameter, "x").startswith("(-2.0) + 1000000000002.0 * ")
