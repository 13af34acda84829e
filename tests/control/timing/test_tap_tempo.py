from __future__ import annotations

import pytest

from distill_live.control.timing.tap_tempo import TapTempo


def tap(*pauses: float) -> list[float | None]:
    """What each tap of a row says: the first, and one after each pause."""
    taps, now = TapTempo(), 100.0
    said = [taps.tap(now)]
    for pause in pauses:
        now += pause
        said.append(taps.tap(now))
    return said


def test_one_tap_says_nothing_and_two_say_a_tempo() -> None:
    assert tap(0.5) == [None, pytest.approx(120.0)]


def test_an_unsteady_hand_is_evened_out() -> None:
    assert tap(0.55, 0.45, 0.52, 0.48)[-1] == pytest.approx(120.0)


def test_only_the_last_eight_taps_count() -> None:
    assert tap(*[0.5] * 9, *[0.6] * 7)[-1] == pytest.approx(100.0)


def test_a_pause_begins_a_new_row() -> None:
    assert tap(0.5, 3.4, 0.4)[2:] == [None, pytest.approx(150.0)]


def test_another_pace_counts_from_its_second_tap_on() -> None:
    assert tap(0.5, 0.5, 0.5, 0.25)[-1] == pytest.approx(240.0)
    assert tap(0.5, 0.5, 0.5, 1.0)[-1] == pytest.approx(60.0)


def test_the_slowest_tempo_can_be_tapped() -> None:
    assert tap(3.0)[-1] == pytest.approx(20.0)


def test_a_switch_that_trembles_is_one_tap() -> None:
    assert tap(0.02, 0.48) == [None, None, pytest.approx(120.0)]
