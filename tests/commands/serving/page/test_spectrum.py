from __future__ import annotations

import numpy as np
import pytest

from distill_live.commands.serving.page.spectrum import BINS, HIGHEST, LOWEST, SIZE, LogSpectrum

EDGES = np.geomspace(LOWEST, HIGHEST, BINS + 1)


def sine(hz: float, rate: int = 48_000, level: float = 1.0) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(SIZE) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("hz", [440.0, 1_000.0, 5_000.0, 15_000.0])
def test_a_sine_of_full_scale_fills_the_bin_of_its_frequency(rate: int, hz: float) -> None:
    column = LogSpectrum(rate).column(sine(hz, rate))
    loudest = int(column.argmax())
    # One bin of the analysis may be at the edge of two bins here.
    assert abs(loudest - (np.searchsorted(EDGES, hz) - 1)) <= 1
    assert column[loudest] >= 255 * (1 - 1.5 / 90)
    assert column[: loudest - 12].max(initial=0) < 80


def test_a_low_tone_is_where_it_belongs() -> None:
    column = LogSpectrum(48_000).column(sine(60.0))
    assert abs(int(column.argmax()) - np.searchsorted(EDGES, 60.0)) <= 3


def test_ten_decibels_are_a_ninth_of_the_range() -> None:
    spectrum = LogSpectrum(48_000)
    loud, soft = (int(spectrum.column(sine(1_000.0, level=x)).max()) for x in (1.0, 10**-0.5))
    assert loud - soft == pytest.approx(255 / 9, abs=1)


def test_silence_is_empty_and_so_is_what_a_low_rate_cannot_hold() -> None:
    assert LogSpectrum(48_000).column(np.zeros(SIZE, np.float32)).tolist() == [0] * BINS
    noise = np.random.default_rng(1).standard_normal(SIZE).astype(np.float32)
    column = LogSpectrum(8_000).column(noise)
    assert column[EDGES[:-1] > 4_000].max() == 0
    assert column[EDGES[1:] < 3_900].min() > 0
