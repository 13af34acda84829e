from __future__ import annotations

import pytest

from tests.control.conftest import Desk


def states(desk: Desk) -> list[list[tuple[float, bool] | None]]:
    return [
        [None if one is None else (round(one.travel, 6), one.waits) for one in mapping]
        for mapping in desk.router.control_states()
    ]


def test_where_a_control_stands_is_unknown_until_it_moves(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": ["gain", "width"]}, {"from": {"cc": 2}, "do": "panic"})
    assert states(desk) == [[None, None], []]
    desk.cc(1, 1, 127)
    assert states(desk) == [[(1.0, False), (1.0, False)], []]


def test_it_stands_where_its_range_puts_it_on_the_parameters_own_travel(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "gain", "range": [0.5, 1.0]})
    desk.cc(1, 1, 0)
    # Gain goes from 0 to 2.
    assert states(desk) == [[(0.25, False)]]


def test_it_waits_until_it_has_come_to_the_parameter_and_again_after_another_move(
    desk: Desk,
) -> None:
    desk.use({"from": {"cc": 1}, "to": "gain", "takeover": "pickup"})
    desk.cc(1, 1, 0)
    assert (states(desk), desk.store["gain"]) == ([[(0.0, True)]], 1.0)
    desk.cc(1, 1, 127)
    assert (states(desk), desk.store["gain"]) == ([[(1.0, False)]], 2.0)
    desk.osc("/distill/gain", [0.5])
    assert states(desk) == [[(1.0, True)]]


@pytest.mark.parametrize("control", [{"cc": 1, "encoding": "twos"}, {"cc": 1, "mode": "toggle"}])
def test_an_encoder_and_a_button_stand_nowhere(desk: Desk, control: dict[str, object]) -> None:
    desk.use({"from": control, "to": "gain"})
    desk.cc(1, 1, 127)
    assert states(desk) == [[None]]


def test_a_control_of_a_level_that_the_model_lacks_stands_nowhere(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "temperature/texture"})
    desk.cc(1, 1, 127)
    assert states(desk) == [[None]]
