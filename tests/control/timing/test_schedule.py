from __future__ import annotations

import math
from functools import partial

import pytest

from distill_live.control.timing.schedule import MAX_WAITING, Schedule
from distill_live.errors import ParameterError


def test_actions_run_in_the_order_of_their_times_and_not_before() -> None:
    schedule, done = Schedule(), list[str]()
    for when, name in ((3.0, "c"), (1.0, "a"), (2.0, "b"), (1.0, "a too")):
        schedule.at(when, partial(done.append, name))
    schedule.tick(0.99)
    assert (done, len(schedule)) == ([], 4)
    schedule.tick(2.0)
    assert done == ["a", "a too", "b"]
    schedule.tick(9.0)
    assert (done[3:], len(schedule)) == (["c"], 0)


def test_what_is_past_runs_at_the_next_tick() -> None:
    schedule, done = Schedule(), list[int]()
    schedule.at(-5.0, partial(done.append, 1))
    assert done == []
    schedule.tick(0.0)
    assert done == [1]


def test_times_can_be_asked_for_again() -> None:
    schedule, done = Schedule(), list[str]()
    schedule.at(1.0, partial(done.append, "moved"), aim=lambda now: now + 4.0)
    schedule.at(2.0, partial(done.append, "fixed"))
    schedule.renew(0.5)
    schedule.tick(4.49)
    assert done == ["fixed"]
    schedule.tick(4.5)
    assert done == ["fixed", "moved"]


def test_what_waits_with_a_tag_can_be_cancelled() -> None:
    schedule, done = Schedule(), list[str]()
    for tag in ("one", "two", None, "one"):
        schedule.at(1.0, partial(done.append, str(tag)), tag)
    assert schedule.cancel("one") == 2
    assert schedule.cancel("three") == 0
    schedule.tick(1.0)
    assert done == ["two", "None"]


def test_an_action_may_cancel_one_that_is_due_with_it() -> None:
    schedule, done = Schedule(), list[str]()
    schedule.at(1.0, lambda: done.append(str(schedule.cancel("later"))))
    schedule.at(2.0, partial(done.append, "later"), "later")
    schedule.tick(3.0)
    assert done == ["1"]


def test_an_action_that_schedules_itself_again_runs_once_a_tick() -> None:
    schedule, done = Schedule(), list[int]()

    def again() -> None:
        done.append(1)
        schedule.at(0.0, again)

    again()
    for count in (2, 3, 4):
        schedule.tick(1.0)
        assert len(done) == count


def test_an_action_that_fails_is_reported_and_the_others_run() -> None:
    lines, done = list[str](), list[str]()
    schedule = Schedule(lines.append)
    schedule.at(1.0, partial(int, "no number"))
    schedule.at(1.0, partial(done.append, "next"))
    schedule.tick(1.0)
    assert done == ["next"]
    assert lines == [
        "a scheduled message failed: invalid literal for int() with base 10: 'no number'"
    ]


def test_no_more_wait_than_there_is_room_for() -> None:
    schedule = Schedule()
    for _ in range(MAX_WAITING):
        schedule.at(1.0, lambda: None)
    with pytest.raises(ParameterError, match="1024 messages are already waiting for their time"):
        schedule.at(0.5, lambda: None)
    schedule.tick(1.0)
    schedule.at(0.5, lambda: None)


@pytest.mark.parametrize("when", [math.nan, math.inf, -math.inf])
def test_a_time_that_never_comes_is_refused(when: float) -> None:
    schedule = Schedule()
    with pytest.raises(ParameterError, match="finite number of seconds"):
        schedule.at(when, lambda: None)
    assert len(schedule) == 0
