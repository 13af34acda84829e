from __future__ import annotations

import math

import pytest

from distill_live.control.namespace.arguments import number, one_number, switch
from distill_live.errors import ParameterError


@pytest.mark.parametrize(
    ("given", "read"),
    [(3, 3.0), (-0.5, -0.5), (True, 1.0), (False, 0.0), ("2.5", 2.5), ("1e3", 1e3)],
)
def test_numbers_truth_values_and_texts_that_say_a_number_count(given: object, read: float) -> None:
    found = number("gain", given)
    assert (found, type(found)) == (read, float)


@pytest.mark.parametrize(
    "given", [None, b"1", [1.0], "", "loud", "on", "1" * 41, "\N{DEVANAGARI DIGIT ONE}"]
)
def test_what_is_not_a_number_is_refused_by_the_name_of_what_takes_it(given: object) -> None:
    with pytest.raises(ParameterError, match="gain takes a number, not "):
        number("gain", given)


@pytest.mark.parametrize("given", [math.nan, math.inf, -math.inf, "nan", "inf", 10**400])
def test_what_is_not_finite_is_refused(given: object) -> None:
    with pytest.raises(ParameterError, match="gain takes a finite number"):
        number("gain", given)


@pytest.mark.parametrize("arguments", [[], [1.0, 2.0]])
def test_one_number_is_neither_none_nor_two(arguments: list[object]) -> None:
    with pytest.raises(ParameterError, match=f"gain takes one number, not {len(arguments)}"):
        one_number("gain", arguments)


def test_the_single_argument_is_the_number() -> None:
    assert one_number("gain", ["0.5"]) == 0.5


@pytest.mark.parametrize(
    ("given", "read"),
    [("on", 1.0), ("TRUE", 1.0), ("Off", 0.0), ("false", 0.0), (1, 1.0), ("0", 0.0)],
)
def test_a_switch_takes_words_too(given: object, read: float) -> None:
    assert switch("freeze", given) == read


def test_a_switch_takes_no_other_word() -> None:
    with pytest.raises(ParameterError, match="freeze takes a number, not 'yes'"):
        switch("freeze", "yes")
