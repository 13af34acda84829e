from __future__ import annotations

import math

import pytest

from distill_live.errors import ParameterError
from distill_live.parameters import (
    CODE_UNIT,
    PARAMETERS,
    SAMPLING_PARAMETERS,
    Parameter,
    find_parameter,
)


def test_every_parameter_has_its_default_within_its_range_and_a_doc() -> None:
    for parameter in PARAMETERS.values():
        if parameter.optional:
            assert math.isnan(parameter.default)
        else:
            assert parameter.clip(parameter.default) == parameter.default
        assert parameter.minimum < parameter.maximum
        assert parameter.doc.endswith(".")


def test_the_sampling_parameters_are_declared() -> None:
    assert set(SAMPLING_PARAMETERS) <= set(PARAMETERS)


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ParameterError, match=r"'temprature' \(did you mean 'temperature'\?\)"):
        find_parameter("temprature")


def test_the_legal_range_is_reported_with_its_unit() -> None:
    assert find_parameter("top_k").legal() == "0..512 codes"
    assert find_parameter("temperature").legal() == "0.1..2"


def test_whole_numbers_are_shown_whole_and_a_code_needs_no_unit() -> None:
    code = Parameter("code", "int", 0, 2**31 - 1, 0, CODE_UNIT, "For tests.")
    assert find_parameter("seed").legal() == code.legal() == "0..2147483647"
