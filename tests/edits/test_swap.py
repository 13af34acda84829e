from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.edit_lists.edit_list import EditList, apply_step, other_side
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from tests.edits.shipped import OTHER, make_grid, tools

GRID = make_grid(OTHER.codes[::-1][:30])


def swap(columns: str, partner_columns: str = "", partner: str = "other.json") -> Codes:
    step = EditStep("swap", Selection(columns, "low", "Timbre"), {}, 0, partner, partner_columns)
    return apply_step(step, GRID, tools(OTHER))


def there(columns: str, partner_columns: str = "") -> CodeGrid:
    step = EditStep(
        "swap", Selection(columns, "low", "Timbre"), {}, 0, "other.json", partner_columns
    )
    return other_side(step, GRID, tools(OTHER))


def test_a_region_takes_the_other_grid_s_codes_and_the_other_takes_the_region_s() -> None:
    edited, other = swap("2:5", "100:103"), there("2:5", "100:103")
    assert (edited[2:5, 0, 1] == OTHER.codes[100:103, 0, 1]).all()
    assert (other.codes[100:103, 0, 1] == GRID.codes[2:5, 0, 1]).all()
    # Low is one of four bands, and Timbre one of three levels.
    assert (edited != GRID.codes).sum() <= 3 >= (other.codes != OTHER.codes).sum()


def test_without_columns_of_the_other_grid_the_same_ones_are_swapped() -> None:
    assert (swap("2:5")[2:5, 0, 1] == OTHER.codes[2:5, 0, 1]).all()
    assert (there("2:5").codes[2:5, 0, 1] == GRID.codes[2:5, 0, 1]).all()


def test_two_places_of_one_grid_are_swapped() -> None:
    edited = swap("2:5", "10:13", ITSELF)
    assert (edited[2:5, 0, 1] == GRID.codes[10:13, 0, 1]).all()
    assert (edited[10:13, 0, 1] == GRID.codes[2:5, 0, 1]).all()


@pytest.mark.parametrize(
    ("columns", "partner_columns", "partner", "told"),
    [
        ("2:5", "100:104", "other", "two places of the same length; these have 3 and 4 columns"),
        ("2:5", "4:7", ITSELF, "columns 2:5 and 4:7 overlap"),
        ("2:5", "", ITSELF, "columns 2:5 and 2:5 overlap"),
        ("2:5", "199:202", "other", "'199:202' are outside: the grid has 200 columns"),
    ],
)
def test_places_of_different_lengths_and_places_that_overlap_are_refused(
    columns: str, partner_columns: str, partner: str, told: str
) -> None:
    with pytest.raises(CodesError, match=told):
        swap(columns, partner_columns, partner)


def test_both_grids_must_have_the_columns_that_are_swapped() -> None:
    step = EditStep("swap", Selection("20:31"), partner="short.json")
    told = (
        "swap swaps the same columns of both grids, and short.json has only 30: choose columns, "
        "such as 0:30"
    )
    with pytest.raises(CodesError, match=f"^{told}$"):
        other_side(step, OTHER, tools(GRID))
    with pytest.raises(CodesError, match=rf"^edit 1 \(swap short.json 20:31\): {told}$"):
        EditList((step,)).apply(OTHER, tools(GRID))
    whole = EditStep("swap", Selection("20:30"), partner="short.json")
    assert (other_side(whole, OTHER, tools(GRID)).codes[20:] == OTHER.codes[20:30]).all()


def test_a_region_of_a_stream_takes_a_short_grid_again_and_again() -> None:
    step = EditStep("swap", Selection("20:40"), partner="clip")
    edited = apply_step(step, OTHER, tools(GRID), column=1000)
    assert (edited[20:40] == GRID.codes[np.arange(1020, 1040) % 30]).all()


def test_the_levels_of_the_other_grid_may_be_called_otherwise() -> None:
    renamed = OTHER.with_labels(["Timbre", "Air", "Structure"])
    step = EditStep("swap", Selection("2:5", "", "Timbre"), partner="other.json")
    other = other_side(step, GRID, tools(renamed))
    changed = other.codes != OTHER.codes
    assert changed[2:5, :, 1].any() and not changed[..., [0, 2]].any()


def test_other_edits_leave_the_second_grid_as_it_is() -> None:
    with pytest.raises(CodesError, match="blend does not change the second grid; swap does"):
        other_side(EditStep("blend", partner="b"), GRID, tools(OTHER))
