"""Back to the defaults: steering off, and everything, a group, a parameter or a level reset."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from distill_live.parameters import STEER
from tests.control.conftest import TABLE, Desk
from tests.control.routing.test_control_requests import Stand


@pytest.fixture
def moved(desk: Desk) -> Desk:
    """A desk on which nothing has its default value."""
    for name, parameter in TABLE.items():
        desk.store.set(name, parameter.maximum)
        desk.store.set(name, parameter.minimum)
        if parameter.default == parameter.minimum:
            desk.store.set(name, parameter.maximum)
        if parameter.per_level:
            desk.store.set(name, parameter.minimum, 1)
            desk.store.set(name, parameter.maximum, 2)
    return desk


def elsewhere(desk: Desk) -> set[str]:
    """The parameters and levels that do not have their default values."""
    found = set()
    for name, parameter in TABLE.items():
        value = desk.store[name]
        if value != parameter.default and not math.isnan(value + parameter.default):
            found.add(name)
        if parameter.optional and not math.isnan(value):
            found.add(name)
        if parameter.per_level and any(desk.store.own(name, n) is not None for n in range(4)):
            found.add(name)
    return found


def test_steer_off_switches_all_steering_off_and_nothing_else(moved: Desk) -> None:
    moved.osc("/distill/steer/off", [])
    steering = {name for name in TABLE if name.startswith(STEER) and TABLE[name].optional}
    assert elsewhere(moved) == {*TABLE} - steering
    assert moved.requests == [("steer/off", ())]


@pytest.mark.parametrize("arguments", [[], [1], [None]])
def test_reset_brings_everything_to_its_default(moved: Desk, arguments: list[object]) -> None:
    assert elsewhere(moved) == {*TABLE}
    moved.osc("/distill/reset", arguments)
    assert elsewhere(moved) == set()


def test_letting_the_button_go_resets_nothing(moved: Desk) -> None:
    moved.osc("/distill/reset", [0])
    assert elsewhere(moved) == {*TABLE}


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("steer", "steer/"),
        ("edit", "edit/"),
        ("edit/freeze", "edit/freeze/"),
        ("/distill/edit/mask", "edit/mask/"),
        ("gain", "gain"),
    ],
)
def test_a_group_or_a_parameter_is_reset_alone(moved: Desk, name: str, below: str) -> None:
    assert moved.osc("/distill/reset", [name]) == []
    assert elsewhere(moved) == {one for one in TABLE if not one.startswith(below)}


def test_a_level_that_is_reset_follows_all(moved: Desk) -> None:
    moved.osc("/distill/reset", ["temperature/timbre"])
    assert moved.store.own("temperature", 1) is None
    assert moved.store.own("temperature", 2) == 2.0


def test_what_is_neither_is_refused_with_the_groups(moved: Desk) -> None:
    [(_, (about, reason))] = moved.osc("/distill/reset", ["edits"])
    assert about == "/distill/reset"
    assert "groups: steer, edit, edit/freeze, edit/mask" in str(reason)
    assert elsewhere(moved) == {*TABLE}


def test_what_glides_or_morphs_does_not_move_on_after_a_reset(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "gain", "smooth": 1000})
    desk.cc(1, 1, 127)
    desk.wait(0.2)
    desk.osc("/distill/reset", [])
    desk.wait(2.0)
    assert desk.store["gain"] == 1.0


def test_a_morph_ends_with_a_reset(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.presets.recall("loud", 10.0)
    stand.router.receive_osc([("/distill/reset", [])])
    stand.now = 20.0
    stand.presets.tick(stand.now)
    assert stand.store["gain"] == 1.0
