from __future__ import annotations

import numpy as np
import pytest

from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.follower import BRIGHTNESS, LOUDNESS, InputFollower


class Desk:
    """An input that is listened to, and a clock."""

    def __init__(self) -> None:
        self.tap, self.status, self.now = TapRing(1), ListeningStatus(), 0.0
        self.status["on"] = 1
        self.follower = InputFollower(self.tap, self.status, lambda: self.now)

    def play(self, hertz: float, amplitude: float, rate: int = 48_000) -> None:
        if rate != self.tap.sample_rate:
            self.tap.begin(rate)
        phase = 2 * np.pi * hertz * np.arange(4_096) / rate
        self.tap.write((amplitude * np.sin(phase)).astype(np.float32))

    @property
    def values(self) -> tuple[float, float]:
        return self.follower.follow(LOUDNESS), self.follower.follow(BRIGHTNESS)


@pytest.mark.parametrize(("amplitude", "loudness"), [(2**0.5, 1.0), (0.0447, 0.5), (0.001, 0.0)])
def test_loudness_is_0_at_60_db_below_full_scale_and_rises_evenly_in_db(
    amplitude: float, loudness: float
) -> None:
    desk = Desk()
    desk.play(440.0, amplitude)
    assert desk.values[0] == pytest.approx(loudness, abs=0.01)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize(
    ("hertz", "brightness"), [(50, 0.0), (100, 0.0), (1_000, 0.5), (10_000, 1.0), (15_000, 1.0)]
)
def test_brightness_rises_by_the_octave_from_100_hz_to_10_khz(
    hertz: float, brightness: float, rate: int
) -> None:
    desk = Desk()
    desk.play(hertz, 0.5, rate)
    assert desk.values[1] == pytest.approx(brightness, abs=0.03)


def test_what_is_not_listened_to_or_comes_no_more_is_silence() -> None:
    desk = Desk()
    assert desk.values == (0.0, 0.0)
    desk.play(1_000, 0.5)
    assert min(desk.values) > 0.3
    desk.now = 1.0
    assert desk.values == (0.0, 0.0)
    desk.play(1_000, 0.5)
    assert min(desk.values) > 0.3
    desk.status["on"] = 0
    assert desk.values == (0.0, 0.0)
    desk.status["on"] = 1
    desk.play(0.0, 0.0)
    assert desk.values == (0.0, 0.0)


def test_samples_that_are_not_finite_do_not_count() -> None:
    desk = Desk()
    desk.tap.write(np.full(4_096, np.nan, np.float32))
    assert desk.values == (0.0, 0.0)


def test_a_new_device_is_measured_from_its_first_block_on() -> None:
    desk = Desk()
    desk.tap.begin(96_000)
    desk.tap.write(np.full(100, 0.5, np.float32))
    assert 0 < desk.values[0] < 1
