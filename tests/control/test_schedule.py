from __future__ import annotations

import pytest

from distill_live.control.schedule import MAX_WAITING, Schedule
from distill_live.errors import ParameterError


def test_what_is_due_is_done_in_order_of_time_and_then_of_asking() -> None:
    schedule, done = Schedule(), list[str]()
    for when, name in [(2.0, "c"), (1.0, "a"), (1.0, "b"), (3.0, "d")]:
        schedule.at(when, lambda name=name: done.append(name))
    schedule.tick(0.99)
    assert done == []
    schedule.tick(2.0)
    assert done == ["a", "b", "c"]


def test_what_is_cancelled_is_not_done() -> None:
    schedule, done = Schedule(), list[str]()
    schedule.at(1.0, lambda: done.append("a"), tag="x")
    schedule.at(1.0, lambda: done.append("b"), tag="y")
    schedule.cancel("x")
    schedule.tick(1.0)
    assert done == ["b"]


def test_more_than_may_wait_is_refused() -> None:
    schedule = Schedule()
    for _ in range(MAX_WAITING):
        schedule.at(1.0, lambda: None)
    with pytest.raises(ParameterError, match="1024 changes wait already"):
        schedule.at(1.0, lambda: None)
