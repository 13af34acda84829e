"""What people are told of an engine that falls behind."""

import pytest

from distill_live.live.ipc.status import EngineStatus
from distill_live.live.pacing.overload_notice import OverloadNotice


class Desk:
    """A deck's counters, a clock that is moved by hand, and what is said."""

    def __init__(self) -> None:
        self.status = EngineStatus()
        self.now = 0.0
        self.said: list[str] = []
        self.notice = OverloadNotice(self.said.append, lambda: self.now)
        self.notice.poll(self.status)

    def step(self, *names: str) -> None:
        for name in names:
            self.status.add(name)
        self.notice.poll(self.status)


@pytest.mark.parametrize(
    ("counter", "newest", "said"),
    [
        ("short_lookahead", "short lookahead", "no longer sampling ahead of what it plays"),
        ("short_context", "short context", "using a shorter context"),
        ("held_loops", "repeating", "repeating the last passage"),
    ],
)
def test_each_step_is_named_and_said(counter: str, newest: str, said: str) -> None:
    desk = Desk()
    assert desk.notice.newest == ""
    desk.step(counter)
    assert desk.notice.newest == newest
    assert desk.said == [f"falling behind: {said}"]


def test_of_steps_at_the_same_time_the_hardest_is_reported() -> None:
    desk = Desk()
    desk.step("held_loops", "short_lookahead")
    assert desk.notice.newest == "repeating"
    assert desk.said == ["falling behind: repeating the last passage"]


def test_in_ten_seconds_there_is_one_line_and_then_one_about_the_newest_step() -> None:
    desk = Desk()
    for name in ("short_lookahead", "short_context", "held_loops"):
        desk.step(name)
    assert desk.notice.newest == "repeating"
    assert len(desk.said) == 1
    desk.now = 9.9
    desk.step()
    assert len(desk.said) == 1
    desk.now = 10.0
    desk.step()
    assert desk.said[1:] == ["falling behind: repeating the last passage"]
    assert desk.notice.newest == ""
    desk.now = 30.0
    desk.step()
    assert len(desk.said) == 2


def test_what_another_deck_has_counted_before_it_plays_is_nothing_new() -> None:
    desk = Desk()
    desk.status = EngineStatus()
    desk.step("held_loops")
    assert (desk.said, desk.notice.newest) == ([], "")
    desk.step("short_context")
    assert desk.notice.newest == "short context"
