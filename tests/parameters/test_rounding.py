from __future__ import annotations

import math

import numpy as np
import pytest

from distill_live.parameters.rounding import rounded, shown


@pytest.mark.parametrize("value", [0.4, 0.001, 1.4, -12.34567, 1e-9, 0.0, 3.0])
def test_a_float_of_32_bits_is_shown_as_it_was_meant(value: float) -> None:
    assert rounded(float(np.float32(value))) == value
    assert shown(float(np.float32(value))) == repr(value)


def test_whole_numbers_texts_and_what_is_no_number_stay_as_they_are() -> None:
    assert rounded(2147483647.0) == 2147483647.0
    assert math.isnan(rounded(math.nan)) and rounded(math.inf) == math.inf
    assert [shown(value) for value in (7, "a", None, True, math.nan)] == [
        "7", "'a'", "None", "True", "nan",
    ]  # fmt: skip
