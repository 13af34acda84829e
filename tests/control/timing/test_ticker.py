from __future__ import annotations

import threading
import time

from distill_live.control.timing.ticker import Ticker
from tests.tools import wait_until


def test_everything_is_called_with_the_same_moment_in_the_order_it_was_added() -> None:
    seen: list[tuple[str, float]] = []
    ticker = Ticker()
    ticker.add(lambda now: seen.append(("a", now)))
    ticker.add(lambda now: seen.append(("b", now)))
    ticker.tick(1.5)
    assert seen == [("a", 1.5), ("b", 1.5)]


def test_what_raises_is_told_once_is_tried_again_and_hinders_nobody() -> None:
    lines: list[str] = []
    calls: list[str] = []

    def broken(now: float) -> None:
        calls.append("broken")
        raise ValueError(now)

    ticker = Ticker(log=lines.append)
    ticker.add(broken)
    ticker.add(lambda now: calls.append("well"))
    for now in (1.0, 2.0, 3.0):
        ticker.tick(now)
    assert calls == ["broken", "well"] * 3
    [line] = lines
    assert line.endswith("broken failed and will be tried again: ValueError(1.0)")


def test_it_ticks_on_one_thread_with_moments_that_rise_until_it_is_stopped() -> None:
    seen: list[tuple[float, str]] = []
    ticker = Ticker(rate=500.0)
    ticker.add(lambda now: seen.append((now, threading.current_thread().name)))
    before = time.monotonic()
    ticker.start()
    wait_until(lambda: len(seen) >= 20, "ticks")
    ticker.stop()
    count, moments = len(seen), [now for now, _ in seen]
    assert moments == sorted(set(moments)) and before <= moments[0] <= time.monotonic()
    assert {name for _, name in seen} == {"ticker"}
    time.sleep(0.05)
    assert len(seen) == count
    ticker.stop()


def test_it_can_be_started_again() -> None:
    seen: list[float] = []
    ticker = Ticker(rate=500.0)
    ticker.add(seen.append)
    for count in (1, 2):
        ticker.start()
        wait_until(lambda wanted=count: len(seen) >= wanted, "ticks")  # type: ignore[misc]
        ticker.stop()
