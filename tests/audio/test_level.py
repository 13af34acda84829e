"""How loud sounds are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from distill_live.audio.level import SILENCE_DB, level_db, loudness_db, mean_square


def test_the_level_of_a_sound_is_its_rms_below_full_scale() -> None:
    samples = np.array([0.1, -0.1], np.float32)
    assert mean_square(samples) == pytest.approx(0.01)
    assert loudness_db(mean_square(samples)) == pytest.approx(-20.0, abs=1e-4)


@pytest.mark.parametrize("amplitude", [0.0, 10 ** (SILENCE_DB / 20)])
def test_silence_has_no_loudness(amplitude: float) -> None:
    assert loudness_db(amplitude**2) == -math.inf
    assert loudness_db(2 * amplitude**2 + 1e-7) > SILENCE_DB


def test_no_samples_are_silence() -> None:
    assert mean_square(np.zeros(0, np.float32)) == 0.0


def test_levels_stop_at_the_least() -> None:
    np.testing.assert_allclose(level_db(np.array([0.0, 1e-4, 1.0]), -30.0), [-30.0, -30.0, 0.0])
