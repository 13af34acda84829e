from __future__ import annotations

from distill_live.codes.codebook_geometry import neutral_codes
from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from tests.edits.shipped import BOOKS, OTHER, tools


def test_a_region_moves_and_leaves_neutral_codes() -> None:
    step = EditStep("move", Selection("3:6", "", "1:3"), {"to": 20})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert (edited[20:23, :, 1:] == OTHER.codes[3:6, :, 1:]).all()
    assert (edited[3:6, :, 1:] == neutral_codes(BOOKS)[1:]).all()
    assert (edited[..., 0] == OTHER.codes[..., 0]).all()


def test_where_the_two_places_overlap_the_region_wins() -> None:
    step = EditStep("move", Selection("3:6"), {"to": 4})
    edited = apply_step(step, OTHER, tools(OTHER))
    assert (edited[4:7] == OTHER.codes[3:6]).all()
    assert (edited[3] == neutral_codes(BOOKS)).all()
