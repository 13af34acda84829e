from __future__ import annotations

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.edits.time.shift import Shift
from tests.edits.conftest import MakeContext


def test_columns_that_leave_at_one_edge_come_back_at_the_other(
    codes: Codes, make_context: MakeContext
) -> None:
    later = Shift()(codes, make_context(columns=2, bands=0))
    assert (later == codes[[3, 4, 0, 1, 2]]).all()
    earlier = Shift()(codes, make_context(columns=-1, bands=0))
    assert (earlier == codes[[1, 2, 3, 4, 0]]).all()


def test_bands_move_up_and_come_back_at_the_bottom(codes: Codes, make_context: MakeContext) -> None:
    shifted = Shift()(codes, make_context(columns=0, bands=3))
    assert (shifted[:, 3:] == codes[:, :5]).all() and (shifted[:, :3] == codes[:, 5:]).all()


def test_bands_move_among_those_that_are_selected(codes: Codes, make_context: MakeContext) -> None:
    selected = np.array([0, 1, 0, 1, 0, 0, 1, 0], bool)
    shifted = Shift()(codes, make_context(context={"bands": selected}, columns=0, bands=1))
    assert (shifted[:, [1, 3, 6]] == codes[:, [6, 1, 3]]).all()
