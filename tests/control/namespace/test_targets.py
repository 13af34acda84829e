from __future__ import annotations

import pytest

from distill_live.control.namespace.targets import (
    Levels,
    Target,
    UnknownLevelError,
    find_target,
)
from distill_live.errors import ParameterError
from distill_live.parameters import PARAMETERS
from tests.control.conftest import TABLE


@pytest.mark.parametrize(
    ("name", "parameter", "level"),
    [
        ("gain", "gain", None),
        ("temperature", "temperature", None),
        ("temperature/structure", "temperature", "structure"),
        ("temperature/2", "temperature", "2"),
        ("edit/freeze/on", "edit/freeze/on", None),
        ("edit/freeze/on/low_end", "edit/freeze/on", "low_end"),
        ("edit/freeze/band", "edit/freeze/band", None),
    ],
)
def test_a_name_is_a_parameter_and_maybe_a_level_behind_it(
    name: str, parameter: str, level: str | None
) -> None:
    assert find_target(name, TABLE) == Target(TABLE[parameter], level)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("temprature/structure", r"unknown parameter 'temprature/structure'"),
        ("edit/freeze/on", r"unknown parameter 'edit/freeze/on'"),
        ("", "unknown parameter ''"),
        ("gain/structure", "gain has one value for all levels"),
        ("temperature/", "'' is not a level"),
        ("temperature/Low End", "'Low End' is not a level"),
    ],
)
def test_a_name_that_means_nothing_is_refused(name: str, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        find_target(name, PARAMETERS)


def test_a_level_is_found_by_name_and_by_number_from_1() -> None:
    levels = Levels(("Structure", "Low End", "2"))
    temperature = PARAMETERS["temperature"]
    found = {name: levels.find(Target(temperature, name)) for name in ("low_end", "1", "3", "2")}
    # A number always counts levels, whatever their labels say.
    assert found == {"low_end": 1, "1": 0, "3": 2, "2": 1}
    assert levels.find(Target(temperature)) is None


@pytest.mark.parametrize("level", ["detail", "0", "3", "-1", "01", "\u0661"])
def test_a_level_that_is_not_there_is_reported_with_those_that_are(level: str) -> None:
    with pytest.raises(UnknownLevelError, match=r"legal: structure, timbre, or 1\.\.2$"):
        Levels(("Structure", "Timbre")).find(Target(PARAMETERS["temperature"], level))
