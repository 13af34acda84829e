from __future__ import annotations

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from tests.edits.shipped import OTHER, tools


def test_a_region_is_reversed_as_a_whole() -> None:
    edited = apply_step(EditStep("reverse", Selection("3:10")), OTHER, tools(OTHER))
    assert (edited[3:10] == OTHER.codes[3:10][::-1]).all()


def test_with_a_length_passages_are_reversed_and_the_last_one_may_be_shorter() -> None:
    step = EditStep("reverse", Selection("3:10"), {"columns": 3})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert (edited[3:10] == OTHER.codes[[5, 4, 3, 8, 7, 6, 9]]).all()
