from __future__ import annotations

from distill_live.control.routing.limited_log import MAX_NAMES, LimitedLog


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_line_of_a_kind_is_logged_per_period_and_the_next_says_how_many_were_left_out() -> None:
    lines: list[str] = []
    clock = Clock()
    log = LimitedLog(lines.append, clock, period_s=1.0)
    for _ in range(5):
        log.write("refused", "no number")
    clock.now = 1.0
    log.write("refused", "no number either")
    clock.now = 2.0
    log.write("refused", "nor this")
    assert lines == ["no number", "no number either (and 4 more like it)", "nor this"]


def test_kinds_do_not_wait_for_each_other() -> None:
    lines: list[str] = []
    log = LimitedLog(lines.append, Clock())
    log.write("refused", "a")
    log.write("clipped", "b")
    assert lines == ["a", "b"]


def test_a_name_is_reported_once() -> None:
    lines: list[str] = []
    log = LimitedLog(lines.append, Clock())
    for name in ("/a", "/b", "/a"):
        log.write_once(name, lambda name=name: f"unknown {name}")  # type: ignore[misc]
    assert lines == ["unknown /a", "unknown /b"]


def test_a_name_is_reported_again_with_how_often_it_came_ever_more_seldom() -> None:
    lines: list[str] = []
    clock = Clock()
    log = LimitedLog(lines.append, clock, period_s=1.0)
    for second in range(9):
        clock.now = float(second)
        log.write_counted("/a", lambda: "unknown /a")
        log.count("/a", 10)
    log.count("/b", 10)
    assert lines == [
        "unknown /a", "unknown /a, 12 times so far", "unknown /a, 34 times so far",
        "unknown /a, 78 times so far",
    ]  # fmt: skip


def test_a_flood_of_counted_names_ends_in_one_last_line_and_keeps_no_more() -> None:
    lines: list[str] = []
    log = LimitedLog(lines.append, Clock())
    for number in range(3 * MAX_NAMES):
        log.write_counted(f"/{number}", lambda: "unknown")
    assert lines[:-1] == ["unknown"] * MAX_NAMES
    assert len(log._again) == MAX_NAMES


def test_a_flood_of_names_ends_in_one_last_line() -> None:
    lines: list[str] = []
    log = LimitedLog(lines.append, Clock())
    for number in range(3 * MAX_NAMES):
        log.write_once(f"/{number}", lambda: "unknown")
    assert lines[:-1] == ["unknown"] * MAX_NAMES
    assert (
        lines[-1] == f"{MAX_NAMES} unknown names so far; from now on they are counted but not shown"
    )


def test_a_kind_may_have_a_longer_period() -> None:
    lines: list[str] = []
    clock = Clock()
    log = LimitedLog(lines.append, clock, period_s=1.0)
    for second in range(62):
        clock.now = float(second)
        log.write("malformed", "no packet", 60.0)
    assert lines == ["no packet", "no packet (and 59 more like it)"]
