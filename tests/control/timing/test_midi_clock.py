"""A MIDI clock whose ticks come late, early, or not at all."""

from __future__ import annotations

import math
import random

import pytest

from distill_live.control.timing.midi_clock import GONE_S, MidiClock


def play(
    clock: MidiClock, ticks: int, bpm: float = 120.0, start: float = 10.0, jitter_s: float = 0.0
) -> float:
    """So many ticks, each up to `jitter_s` late or early; returns when the next one is due."""
    chance = random.Random(7)  # noqa: S311
    tick_s = 60.0 / bpm / 24
    for number in range(ticks):
        clock.receive("tick", 0, start + number * tick_s + chance.uniform(-jitter_s, jitter_s))
    return start + ticks * tick_s


def test_an_even_clock_is_followed_exactly() -> None:
    clock = MidiClock()
    clock.receive("start", 0, 9.99)
    play(clock, 100, bpm=140.0)
    assert clock.line.bpm == pytest.approx(140.0)
    # The first tick after the start is beat 0.
    assert clock.line.beat_at(10.0) == pytest.approx(0.0)
    assert clock.line.beat_at(10.0 + 60 / 140) == pytest.approx(1.0)


@pytest.mark.parametrize("bpm", [60.0, 120.0, 175.0])
def test_ticks_that_come_late_and_early_move_neither_tempo_nor_beat_much(bpm: float) -> None:
    clock = MidiClock()
    clock.receive("start", 0, 9.99)
    play(clock, 200, bpm, jitter_s=0.003)
    # One interval alone would be wrong by up to 28 % at 120 BPM.
    assert clock.line.bpm == pytest.approx(bpm, rel=0.005)
    assert clock.line.time_of(8.0) == pytest.approx(10.0 + 8 * 60 / bpm, abs=0.002)


def in_blocks(at: float, block_s: float = 512 / 48_000) -> float:
    """When JACK hands on a tick: with the end of the block that it fell into."""
    return math.ceil(at / block_s) * block_s


def play_in_blocks(clock: MidiClock, ticks: int, bpm: float, start: float) -> float:
    for number in range(ticks):
        clock.receive("tick", 0, in_blocks(start + number * 60.0 / bpm / 24))
    return start + ticks * 60.0 / bpm / 24


@pytest.mark.parametrize("bpm", [60.0, 72.5, 90.0, 100.0, 120.0, 127.3, 140.0, 174.0, 250.0])
def test_four_beats_last_as_long_as_they_do_though_ticks_come_with_jack_s_blocks(
    bpm: float,
) -> None:
    clock = MidiClock()
    due = play_in_blocks(clock, 16 * 24, bpm, 10.0)
    for _ in range(48):
        due = play_in_blocks(clock, 4, bpm, due)
        assert 4 * 60 / clock.line.bpm == pytest.approx(4 * 60 / bpm, abs=0.001)


@pytest.mark.parametrize("bpm", [119.0, 121.0, 122.0, 125.0, 180.0, 90.0])
def test_another_tempo_is_followed_though_ticks_come_with_jack_s_blocks(bpm: float) -> None:
    clock = MidiClock()
    due = play_in_blocks(clock, 16 * 24, 120.0, 10.0)
    due = play_in_blocks(clock, 8 * 24, bpm, due)
    assert clock.line.bpm == pytest.approx(bpm, abs=0.25)
    # On average a tick is half a block late.
    assert clock.line.time_of(24.0) == pytest.approx(due + 0.5 * 512 / 48_000, abs=0.006)


def test_a_tempo_that_is_pulled_slowly_is_followed_all_the_way() -> None:
    clock = MidiClock()
    due = play_in_blocks(clock, 16 * 24, 120.0, 10.0)
    for step in range(32 * 24):
        bpm = 120.0 + step / 76.8
        due = play_in_blocks(clock, 1, bpm, due)
        assert clock.line.beat_at(due) == pytest.approx((16 * 24 + step + 1) / 24, abs=0.03)
    assert clock.line.bpm == pytest.approx(130.0, abs=1.5)


def test_ticks_that_are_lost_do_not_change_the_tempo() -> None:
    clock = MidiClock()
    due = play_in_blocks(clock, 16 * 24, 100.0, 10.0)
    for lost in (1, 2, 9):
        due += lost * 0.025
        for _ in range(4 * 24):
            due = play_in_blocks(clock, 1, 100.0, due)
            assert 4 * 60 / clock.line.bpm == pytest.approx(2.4, abs=0.002)


def test_a_start_keeps_what_is_known_of_the_tempo() -> None:
    clock = MidiClock()
    due = play_in_blocks(clock, 16 * 24, 100.0, 10.0)
    clock.receive("start", 0, due)
    for number in range(24):
        clock.receive("tick", 0, in_blocks(due + 0.3 + number * 0.025))
        assert 4 * 60 / clock.line.bpm == pytest.approx(2.4, abs=0.001)


def test_single_ticks_that_are_far_too_late_change_nothing() -> None:
    clock = MidiClock()
    clock.receive("start", 0, 9.99)
    tick_s = 60.0 / 120.0 / 24
    for number in range(200):
        late = 0.015 if number % 10 == 9 else 0.0
        clock.receive("tick", 0, 10.0 + number * tick_s + late)
    assert clock.line.bpm == pytest.approx(120.0, rel=3e-4)
    assert clock.line.time_of(8.0) == pytest.approx(14.0, abs=0.001)


def test_another_tempo_is_followed_within_two_beats() -> None:
    clock = MidiClock()
    due = play(clock, 100, bpm=120.0)
    due = play(clock, 48, bpm=150.0, start=due)
    assert clock.line.bpm == pytest.approx(150.0)
    assert clock.line.time_of(148 / 24) == pytest.approx(due)


def test_it_is_there_as_soon_as_its_tempo_is_known_and_while_ticks_come() -> None:
    clock = MidiClock()
    due = play(clock, 6)
    assert not clock.is_there(due)
    clock.receive("tick", 0, due)
    assert clock.is_there(due + GONE_S - 0.01)
    assert not clock.is_there(due + GONE_S + 0.01)


def test_a_clock_that_comes_back_is_there_with_its_first_tick() -> None:
    clock = MidiClock()
    play(clock, 100, bpm=100.0)
    clock.receive("start", 0, 30.0)
    clock.receive("tick", 0, 30.001)
    assert clock.is_there(30.01)
    assert clock.line.bpm == pytest.approx(100.0)
    assert clock.line.beat_at(30.001) == pytest.approx(0.0)


def test_the_first_tick_after_a_start_is_the_beat_wherever_those_before_it_were() -> None:
    clock = MidiClock()
    due = play(clock, 100) - 0.5 / 48
    clock.receive("start", 0, due)
    play(clock, 7, start=due)
    assert clock.line.time_of(0.0) == pytest.approx(due, abs=1e-6)


def test_what_went_before_a_pause_does_not_count_for_the_tempo() -> None:
    clock = MidiClock()
    play(clock, 100, bpm=60.0)
    play(clock, 24, bpm=180.0, start=100.0)
    assert clock.line.bpm == pytest.approx(180.0)


def test_start_continue_and_song_position_say_which_beat_it_is() -> None:
    clock = MidiClock()
    due = play(clock, 30)
    clock.receive("start", 0, due)
    due = play(clock, 49, start=due)
    assert clock.line.beat_at(due) == pytest.approx(49 / 24)
    clock.receive("stop", 0, due)
    # A stopped clock goes on counting, and "continue" goes on where it was stopped.
    due = play(clock, 24, start=due)
    assert clock.line.beat_at(due) == pytest.approx(73 / 24)
    clock.receive("continue", 0, due)
    clock.receive("tick", 0, due)
    assert clock.line.beat_at(due) == pytest.approx(49 / 24)
    # Sixteen sixteenths are four beats.
    clock.receive("position", 16, due)
    clock.receive("continue", 0, due)
    clock.receive("tick", 0, due + 1.0)
    assert clock.line.beat_at(due + 1.0) == pytest.approx(4.0)


@pytest.mark.parametrize("gap", [0.0, -5.0, 1e-9])
def test_after_ticks_at_impossible_times_the_tempo_is_found_again(gap: float) -> None:
    clock = MidiClock()
    due = play(clock, 100, bpm=100.0)
    for number in range(60):
        clock.receive("tick", 0, due + number * gap)
        assert 20.0 <= clock.line.bpm <= 300.0
    play(clock, 100, bpm=100.0, start=due + 2.0)
    assert clock.line.bpm == pytest.approx(100.0)
