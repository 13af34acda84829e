import pytest

from distill_live.live.pacing.stopwatch import Stopwatch
from tests.live.player import Clock


def test_before_the_first_piece_all_is_zero() -> None:
    stopwatch = Stopwatch()
    assert (stopwatch.mean, stopwatch.usual) == (0.0, 0.0)


def test_each_piece_is_timed_by_the_clock() -> None:
    stopwatch = Stopwatch(clock := Clock())
    for seconds in (0.5, 0.25):
        with stopwatch:
            clock.now += seconds
        clock.now += 100.0
    assert stopwatch.usual == 0.375
    assert stopwatch.mean == pytest.approx(0.5 + 0.1 * (0.25 - 0.5))


def test_the_first_piece_is_the_mean_and_later_ones_move_it_slowly() -> None:
    stopwatch = Stopwatch()
    stopwatch.add(1.0)
    assert stopwatch.mean == 1.0
    stopwatch.add(2.0)
    assert stopwatch.mean == pytest.approx(1.1)
    for _ in range(100):
        stopwatch.add(2.0)
    assert stopwatch.mean == pytest.approx(2.0, abs=1e-3)


def test_one_piece_that_was_held_up_does_not_change_what_is_usual() -> None:
    stopwatch = Stopwatch()
    for seconds in (1.0, 1.1, 0.9, 60.0, 1.0):
        stopwatch.add(seconds)
    assert stopwatch.usual == 1.0


def test_what_is_usual_is_that_of_the_last_nine_pieces() -> None:
    stopwatch = Stopwatch()
    for seconds in (9.0,) * 20 + (1.0,) * 4:
        stopwatch.add(seconds)
    assert stopwatch.usual == 9.0
    stopwatch.add(1.0)
    assert stopwatch.usual == 1.0


def test_by_a_clock_that_stands_still_nothing_takes_any_time() -> None:
    stopwatch = Stopwatch(lambda: 0.0)
    for _ in range(10):
        with stopwatch:
            sum(range(1000))
    assert (stopwatch.mean, stopwatch.usual) == (0.0, 0.0)
