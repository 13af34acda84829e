"""When people are told that the output is slow."""

import numpy as np

from distill_live.live.ipc.tap import TapRing
from distill_live.live.pacing.output_pace import OutputPace


class Desk:
    """A tap that an output fills, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.tap, self.now = TapRing(), 0.0
        self.said: list[str] = []
        self.pace = OutputPace(self.tap, self.said.append, lambda: self.now)

    def play(self, seconds: float, pace: float = 1.0, rate: int = 48_000) -> None:
        """Let time go by while sound is taken, so many times as fast as it should be."""
        for _ in range(round(10 * seconds)):
            self.now += 0.1
            self.tap.write(np.zeros(round(pace * rate / 10), np.float32))
            self.pace.poll("the clock")


def test_an_output_that_keeps_its_pace_is_not_told_of() -> None:
    desk = Desk()
    desk.play(120.0, 0.99)
    assert desk.said == []


def test_a_slow_output_is_told_of_once_a_minute() -> None:
    desk = Desk()
    desk.play(40.1)
    desk.play(45.0, 0.8)
    assert desk.said == [
        "running slow: in the last 20 s, the clock played only 16.0 s of sound; the computer is "
        "too busy, or the sound card too slow"
    ]
    desk.play(70.0, 0.8)
    assert len(desk.said) == 2


def test_the_rate_of_the_device_counts() -> None:
    desk = Desk()
    desk.play(5.0)
    desk.tap.begin(44_100)
    desk.play(60.0, rate=44_100)
    assert desk.said == []


def test_an_output_that_was_away_was_not_slow() -> None:
    desk = Desk()
    for _ in range(10):
        desk.play(15.0)
        desk.now += 5.0
    assert desk.said == []


def test_a_delay_that_is_caught_up_with_is_not_told_of() -> None:
    desk = Desk()
    for _ in range(30):
        desk.play(2.0, 0.5)
        desk.play(2.0, 1.5)
    assert desk.said == []
