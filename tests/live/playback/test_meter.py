from __future__ import annotations

import numpy as np
import pytest

from distill_live.live.playback.meter import FALL_SECONDS, Meter


def feed(meter: Meter, samples: np.ndarray, block: int) -> None:
    for start in range(0, samples.shape[1], block):
        piece = samples[:, start : start + block].astype(np.float32)
        meter.add(piece, float(np.abs(piece).max(initial=0.0)))


@pytest.mark.parametrize("block", [1, 64, 480, 2048])
def test_rms_of_a_steady_tone_is_its_own_however_long_the_blocks(block: int) -> None:
    meter = Meter(48_000)
    feed(meter, np.full((2, 24_000), 0.25), block)
    assert meter.rms == pytest.approx(0.25, rel=0.001)
    assert meter.peak == pytest.approx(0.25)


def test_rms_is_of_both_channels() -> None:
    meter = Meter(48_000)
    feed(meter, np.stack([np.full(24_000, 0.5), np.zeros(24_000)]), 480)
    assert meter.rms == pytest.approx(0.5 / np.sqrt(2), rel=0.001)


@pytest.mark.parametrize("block", [16, 480, 2400])
def test_a_peak_falls_to_a_tenth_in_its_time(block: int) -> None:
    meter = Meter(48_000)
    feed(meter, np.full((2, 48), 1.0), 48)
    feed(meter, np.zeros((2, round(48_000 * FALL_SECONDS))), block)
    assert meter.peak == pytest.approx(0.1, rel=0.01)
    assert meter.rms < 0.001


def test_no_samples_change_nothing() -> None:
    meter = Meter(48_000)
    feed(meter, np.full((2, 480), 0.5), 480)
    before = meter.rms, meter.peak
    meter.add(np.zeros((2, 0), np.float32), 0.0)
    assert (meter.rms, meter.peak) == before
