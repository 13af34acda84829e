from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.edits.time.stutter import Stutter
from tests.edits.conftest import MakeContext
from tests.edits.shipped import OTHER, tools


def stutter(beats: float, columns: str = "20:", tempo: float = 120.0) -> Codes:
    """Ten columns are a second."""
    step = EditStep("stutter", Selection(columns, "", "structure"), {"beats": beats})
    return apply_step(step, OTHER, tools(OTHER, tempo))


@pytest.mark.parametrize(
    ("beats", "tempo", "length"),
    [(1, 120, 5), (2, 120, 10), (0.5, 60, 5), (0.0625, 120, 1), (8, 60, 64)],
)
def test_the_beats_before_the_region_are_repeated(beats: float, tempo: float, length: int) -> None:
    edited = stutter(beats, "70:", tempo)
    assert (edited[..., 1:] == OTHER.codes[..., 1:]).all()
    repeated = np.resize(np.arange(71 - length, 71), 200 - 71)
    assert (edited[71:, :, 0] == OTHER.codes[repeated, :, 0]).all()
    # The first column of the region was being heard when it was switched on.
    assert (edited[:71] == OTHER.codes[:71]).all()


def test_at_the_beginning_the_first_column_stands_for_those_before_it() -> None:
    assert (stutter(1, ":")[:, :, 0] == OTHER.codes[0, :, 0]).all()


def test_each_level_repeats_from_where_it_was_switched_on(make_context: MakeContext) -> None:
    held = np.arange(64)[:, None, None] + np.array([0, 100, 200])
    context = make_context(
        context={
            "held_columns": held.repeat(8, axis=1), "since": np.array([10, 9, 7]),
            "columns_per_beat": 2.0,
        },
        beats=1.0,
    )  # fmt: skip
    edited = Stutter()(np.zeros((1, 8, 3), np.int64), context)
    assert (edited[0] == [62, 163, 263]).all()
