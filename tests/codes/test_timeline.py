import numpy as np
import pytest

from distill_live.codes.timeline import Timeline
from distill_live.errors import CodesError


def column(value: int) -> np.ndarray:
    return np.full((1, 2, 3), value)


def filled(count: int, capacity: int = 10) -> Timeline:
    timeline = Timeline(bands=2, levels=3, capacity=capacity)
    for value in range(count):
        timeline.append(column(value))
    return timeline


def test_columns_keep_their_index_after_old_ones_are_forgotten() -> None:
    timeline = filled(25)
    assert (timeline.start, timeline.end) == (15, 25)
    assert timeline.columns(17, 20)[:, 0, 0].tolist() == [17, 18, 19]


def test_columns_that_are_forgotten_or_not_yet_there_are_refused() -> None:
    timeline = filled(25)
    for start, end in [(14, 16), (24, 26), (20, 19)]:
        with pytest.raises(CodesError, match="the timeline holds 15 to 25"):
            timeline.columns(start, end)


def test_truncating_forgets_the_future_and_brings_no_past_back() -> None:
    timeline = filled(25)
    timeline.truncate(20)
    timeline.append(column(99))
    assert timeline.columns(19, 21)[:, 0, 0].tolist() == [19, 99]
    assert timeline.start == 15
    with pytest.raises(CodesError, match="cannot go back to column 14"):
        timeline.truncate(14)


def test_what_is_given_out_is_a_copy() -> None:
    timeline = filled(3)
    timeline.columns(0, 3)[:] = 77
    assert timeline.columns(1, 2)[0, 0, 0] == 1
