from __future__ import annotations

import pytest

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError
from tests.edits.shipped import OTHER, tools


@pytest.mark.parametrize(
    ("factor", "columns"),
    [
        (2.0, [3, 3, 4, 4, 5, 5, 6, 6]),
        (0.5, [4, 6]),
        (0.25, [5]),
        (1.0, [3, 4, 5, 6]),
        (1.25, [3, 4, 5, 5, 6]),
    ],
)
def test_columns_are_repeated_or_dropped_and_the_rest_follows(
    factor: float, columns: list[int]
) -> None:
    step = EditStep("stretch", Selection("3:7"), {"factor": factor})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert (edited == OTHER.codes[[0, 1, 2, *columns, *range(7, 200)]]).all()


def test_one_column_at_least_is_left() -> None:
    step = EditStep("stretch", Selection("3"), {"factor": 0.25})
    assert len(apply_step(step, OTHER, tools(OTHER))) == 200


@pytest.mark.parametrize("selection", [Selection(bands="low"), Selection(levels="detail")])
def test_a_part_of_the_bands_or_levels_cannot_be_stretched(selection: Selection) -> None:
    step = EditStep("stretch", selection)
    with pytest.raises(CodesError, match="changes whole columns: leave out bands and levels"):
        apply_step(step, OTHER, tools(OTHER))
