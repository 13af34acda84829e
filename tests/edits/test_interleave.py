from __future__ import annotations

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from tests.edits.shipped import OTHER, make_grid, tools

GRID = make_grid(OTHER.codes[::-1])


def test_the_selected_levels_come_from_the_second_grid_column_for_column() -> None:
    step = EditStep("interleave", Selection(levels="structure,detail"), partner="other.json")
    edited = apply_step(step, GRID, tools(OTHER))
    assert (edited[..., [0, 2]] == OTHER.codes[..., [0, 2]]).all()
    assert (edited[..., 1] == GRID.codes[..., 1]).all()


def test_a_short_second_grid_repeats() -> None:
    step = EditStep("interleave", Selection("3:13"), partner="other.json", partner_columns="5:9")
    edited = apply_step(step, GRID, tools(OTHER))
    assert (edited[3:13] == OTHER.codes[[5, 6, 7, 8, 5, 6, 7, 8, 5, 6]]).all()


def test_grids_lie_side_by_side_unless_columns_of_the_second_one_are_given() -> None:
    step = EditStep("interleave", Selection("3:13"), partner="other.json")
    assert (apply_step(step, GRID, tools(OTHER))[3:13] == OTHER.codes[3:13]).all()
