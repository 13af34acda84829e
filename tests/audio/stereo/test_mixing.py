"""Left and right have the image that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.audio.stereo.mixing import mixing_gains

DIFFERENCES = np.array([-40.0, -12.0, 0.0, 6.0, 40.0], np.float32)[:, None]
COHERENCES = np.array([-0.5, 0.0, 0.9, 1.0], np.float32)[None]


def test_the_gains_give_difference_and_coherence_and_keep_the_middle() -> None:
    # The copy has the middle's power and nothing in common with it.
    gains = mixing_gains(DIFFERENCES, COHERENCES)
    left = gains.left**2 + gains.spread_left**2
    right = gains.right**2 + gains.spread_right**2
    common = gains.left * gains.right + gains.spread_left * gains.spread_right
    assert np.allclose(10 * np.log10(left / right), DIFFERENCES, atol=1e-3)
    assert np.allclose(common / np.sqrt(left * right), COHERENCES, atol=1e-3)
    # The power of half the sum is that of the middle.
    assert np.allclose((left + right + 2 * common) / 4, 1.0, atol=1e-4)
    # So the sum is never much softer than either.
    assert ((left + right + 2 * common) / np.maximum(left, right)).min() > 10 ** (-1.3 / 10)


def test_a_sound_in_the_middle_is_the_middle() -> None:
    gains = mixing_gains(np.zeros(1, np.float32), np.ones(1, np.float32))
    assert [gain.item() for gain in gains] == pytest.approx([1.0, 1.0, 0.0, 0.0], abs=1e-6)
