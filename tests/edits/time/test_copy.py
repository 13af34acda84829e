from __future__ import annotations

import pytest

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.edits.time.copy import Copy
from distill_live.errors import CodesError
from tests.edits.conftest import MakeContext
from tests.edits.shipped import OTHER, tools


def test_a_region_is_repeated_where_it_is_told_to() -> None:
    step = EditStep("copy", Selection("3:6", "1", "0"), {"to": 4})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert (edited[4:7, 1, 0] == OTHER.codes[3:6, 1, 0]).all()
    assert (edited != OTHER.codes).sum() <= 3


def test_a_copy_that_does_not_fit_is_refused() -> None:
    step = EditStep("copy", Selection("3:6"), {"to": 198})
    told = "3 columns do not fit at column 198: the grid has the columns 0:200; legal: to=0..197"
    with pytest.raises(CodesError, match=told):
        apply_step(step, OTHER, tools(OTHER))


@pytest.mark.parametrize(
    ("to", "place"), [("-8", -5), ("-1s", -7), ("+99999999999", 100_000_000_002)]
)
def test_a_distance_that_leads_out_of_the_grid_is_refused_like_a_column(
    to: str, place: int
) -> None:
    step = EditStep("copy", Selection("3:6"), distances={"to": to})
    told = f"3 columns do not fit at column {place}: the grid has the columns 0:200; legal: to=0"
    with pytest.raises(CodesError, match=told):
        apply_step(step, OTHER, tools(OTHER))


def test_a_destination_is_counted_from_the_beginning_of_the_stream(
    codes: Codes, make_context: MakeContext
) -> None:
    # The five columns are 10 to 14 of the stream.
    changed = Copy().change(codes, 0, 2, make_context(to=13))
    assert (changed[3:5] == codes[:2]).all() and (changed[:3] == codes[:3]).all()
    with pytest.raises(CodesError, match=r"the columns 10:15; legal: to=10\.\.13"):
        Copy().change(codes, 0, 2, make_context(to=9))
