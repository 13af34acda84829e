"""The last minute of what was played."""

import numpy as np

from distill_live.live.clips.look_back import SECONDS, LookBack
from distill_live.live.ipc.tap import TapRing


class Tape:
    """A tap on which a ramp is played, and who looks back at it."""

    def __init__(self) -> None:
        self.tap = TapRing()
        self.look_back = LookBack(self.tap)
        self.played = 0

    def play(self, count: int) -> None:
        """Play so many samples, in blocks."""
        for start in range(0, count, 12_000):
            block = np.arange(min(12_000, count - start)) + self.played
            self.tap.write(np.stack([block, -block]).astype(np.float32))
            self.played += len(block)
            self.look_back.poll()


def test_the_last_seconds_are_those_that_were_played_last() -> None:
    tape = Tape()
    tape.play(100_000)
    tape.play(300)
    samples, rate = tape.look_back.last(0.5)
    assert rate == 48_000
    np.testing.assert_array_equal(samples[0], np.arange(76_300, 100_300))
    np.testing.assert_array_equal(samples[1], -samples[0])


def test_seconds_that_ended_some_time_ago_are_found() -> None:
    tape = Tape()
    tape.play(100_000)
    np.testing.assert_array_equal(tape.look_back.last(0.5, 1.0)[0][0], np.arange(28_000, 52_000))
    assert tape.look_back.last(5.0, 2.0)[0].shape == (2, 4_000)
    assert tape.look_back.last(0.5, 60.0)[0].shape == (2, 0)


def test_no_more_is_there_than_was_played_or_than_a_minute() -> None:
    tape = Tape()
    assert tape.look_back.last(1.0)[0].shape == (2, 0)
    tape.play(4_800)
    assert tape.look_back.last(1.0)[0].shape == (2, 4_800)
    tape.play(61 * 48_000)
    samples, _ = tape.look_back.last(100.0)
    assert samples.shape == (2, SECONDS * 48_000)
    np.testing.assert_array_equal(np.diff(samples[0]), 1)
    assert samples[0, -1] == tape.played - 1


def test_sound_of_another_rate_is_left_out() -> None:
    tape = Tape()
    tape.play(24_000)
    tape.tap.begin(44_100)
    tape.play(4_410)
    samples, rate = tape.look_back.last(1.0)
    assert (samples.shape, rate) == ((2, 4_410), 44_100)
    assert samples[0, 0] == 24_000


def test_nothing_is_missing_before_an_output_of_another_rate_plays() -> None:
    tape = Tape()
    tape.play(25_000)
    tape.tap.begin(44_100)
    samples, rate = tape.look_back.last(1.0)
    assert (samples.shape, rate) == ((2, 25_000), 48_000)


def test_sound_that_an_output_broke_off_ends_softly_before_that_of_the_next_one() -> None:
    tap = TapRing()
    look_back = LookBack(tap)
    tap.write(np.ones(10_000, np.float32))
    tap.begin(48_000)
    tap.write(np.zeros(10_000, np.float32))
    samples, _ = look_back.last(1.0)
    assert samples.shape == (2, 20_000)
    assert samples[0, 5_000] == 1.0
    assert np.abs(np.diff(samples)).max() < 0.01
