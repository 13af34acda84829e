from __future__ import annotations

import pytest

from distill_live.control.travel import travel_of, unshape_travel
from distill_live.parameters import PARAMETERS, Curve, scale_travel, shape_travel


@pytest.mark.parametrize("curve", ["linear", "exp", "log", "s"])
def test_the_way_back_leads_where_the_way_began(curve: Curve) -> None:
    for step in range(101):
        travel = step / 100
        assert unshape_travel(shape_travel(travel, curve), curve) == pytest.approx(travel, abs=1e-7)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_s_travel_sets_the_value_it_is_of(name: str) -> None:
    parameter = PARAMETERS[name]
    for value in (parameter.minimum, parameter.maximum, 1.0):
        if not parameter.minimum <= value <= parameter.maximum:
            continue
        travel = travel_of(parameter, value)
        assert 0.0 <= travel <= 1.0
        again = scale_travel(travel, parameter.minimum, parameter.maximum, parameter.curve)
        assert again == pytest.approx(value)
