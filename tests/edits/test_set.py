from __future__ import annotations

import pytest

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError
from tests.edits.shipped import OTHER, tools


def test_one_cell_gets_the_code() -> None:
    step = EditStep("set", Selection.at(7, 2, 1), {"code": 11})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert edited[7, 2, 1] == 11
    assert (edited != OTHER.codes).sum() == 1


@pytest.mark.parametrize(
    ("selection", "cells"),
    [(Selection("7:9", "2", "1"), 2), (Selection("7", "0:2", "1"), 2), (Selection("7"), 12)],
)
def test_more_than_one_cell_is_refused(selection: Selection, cells: int) -> None:
    step = EditStep("set", selection, {"code": 11})
    with pytest.raises(CodesError, match=f"changes one cell, but {cells} are selected"):
        apply_step(step, OTHER, tools(OTHER))
