from __future__ import annotations

import numpy as np

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from tests.edits.shipped import OTHER, tools


def test_codes_return_so_many_columns_later() -> None:
    step = EditStep("echo", Selection("10:", "", "detail"), {"columns": 4})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert (edited[10:, :, 2] == OTHER.codes[6:-4, :, 2]).all()
    assert (edited[..., :2] == OTHER.codes[..., :2]).all()


def test_the_first_columns_stay_until_there_is_something_to_return() -> None:
    step = EditStep("echo", Selection("", "", "detail"), {"columns": 4})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert np.array_equal(edited[:4], OTHER.codes[:4])
    assert (edited[4:, :, 2] == OTHER.codes[:-4, :, 2]).all()
