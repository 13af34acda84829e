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
    assert timeline.raw(17, 20)[:, 0, 0].tolist() == [17, 18, 19]


def test_columns_that_are_forgotten_or_not_yet_there_are_refused() -> None:
    timeline = filled(25)
    for start, end in [(14, 16), (24, 26), (20, 19)]:
        for plane in (timeline.raw, timeline.edited):
            with pytest.raises(CodesError, match="the timeline holds 15 to 25"):
                plane(start, end)


def test_truncating_forgets_the_future_and_brings_no_past_back() -> None:
    timeline = filled(25)
    timeline.truncate(20)
    timeline.append(column(99))
    assert timeline.raw(19, 21)[:, 0, 0].tolist() == [19, 99]
    assert timeline.start == 15
    with pytest.raises(CodesError, match="cannot go back to column 14"):
        timeline.truncate(14)


def test_raw_and_edited_codes_stand_side_by_side() -> None:
    timeline = filled(25)
    timeline.set_edited(17, column(77))
    assert timeline.raw(16, 19)[:, 0, 0].tolist() == [16, 17, 18]
    assert timeline.edited(16, 19)[:, 0, 0].tolist() == [16, 77, 18]
    with pytest.raises(CodesError, match="the timeline holds"):
        timeline.set_edited(25, column(1))


def test_a_column_that_is_sampled_again_is_unedited() -> None:
    timeline = filled(5)
    timeline.set_edited(4, column(77))
    timeline.truncate(4)
    timeline.append(column(8))
    assert timeline.edited(4, 5)[0, 0, 0] == 8


def test_what_is_given_out_is_a_copy() -> None:
    timeline = filled(3)
    timeline.raw(0, 3)[:] = 77
    assert timeline.raw(1, 2)[0, 0, 0] == 1
    assert timeline.edited(1, 2)[0, 0, 0] == 1


def test_one_that_holds_given_columns_continues_from_their_numbers() -> None:
    before = filled(5)
    before.set_edited(4, column(77))
    again = Timeline.holding(2, before.raw(2, 5), before.edited(2, 5), 10)
    assert (again.start, again.end) == (2, 5)
    assert again.raw(4, 5)[0, 0, 0] == 4
    assert again.edited(4, 5)[0, 0, 0] == 77
    again.append(column(5))
    assert again.raw(5, 6)[0, 0, 0] == 5


def test_what_is_before_a_column_can_be_forgotten_and_never_comes_back() -> None:
    timeline = filled(5)
    timeline.forget_before(3)
    timeline.forget_before(1)
    assert (timeline.start, timeline.end) == (3, 5)
    with pytest.raises(CodesError, match="holds 3 to 5"):
        timeline.raw(2, 4)
    timeline.forget_before(99)
    assert timeline.start == 5


def test_what_has_changed_since_a_count_is_found() -> None:
    timeline = filled(25)
    count = timeline.changes
    assert timeline.changed_since(count, 0, 99).tolist() == []
    timeline.set_edited(17, column(77))
    timeline.touch(20, 22)
    timeline.append(column(25))
    assert timeline.changed_since(count, 0, 99).tolist() == [17, 20, 21, 25]
    assert timeline.changed_since(count, 18, 25).tolist() == [20, 21]
    timeline.truncate(20)
    assert timeline.changed_since(count, 0, 99).tolist() == [17]


def test_a_column_is_to_be_played_until_it_is_and_again_once_it_is_touched() -> None:
    timeline = filled(5)
    timeline.set_edited(2, column(2))
    timeline.set_edited(3, column(3))
    timeline.touch(3, 99)
    assert timeline.unplayed(np.arange(5)).tolist() == [True, True, False, True, True]


def test_single_columns_are_read_as_drawn_and_as_played() -> None:
    timeline = filled(25)
    timeline.set_edited(17, column(77))
    raw, edited = timeline.both(np.array([24, 17]))
    assert (raw[:, 0, 0].tolist(), edited[:, 0, 0].tolist()) == ([24, 17], [24, 77])
