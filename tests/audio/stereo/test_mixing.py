"""Left and right have the image that was asked for."""

from __future__ import annotations

import pytest
import torch

from distill_live.audio.stereo.mixing import mixing_gains

DIFFERENCES = torch.tensor([-40.0, -12.0, 0.0, 6.0, 40.0])[:, None]
COHERENCES = torch.tensor([-0.5, 0.0, 0.9, 1.0])[None]


def test_the_gains_give_difference_and_coherence_and_keep_the_middle() -> None:
    # The copy has the middle's power and nothing in common with it.
    gains = mixing_gains(DIFFERENCES, COHERENCES)
    left = gains.left**2 + gains.spread_left**2
    right = gains.right**2 + gains.spread_right**2
    common = gains.left * gains.right + gains.spread_left * gains.spread_right
    shape = (5, 4)
    assert torch.allclose(10 * (left / right).log10(), DIFFERENCES.expand(shape), atol=1e-3)
    assert torch.allclose(common / (left * right).sqrt(), COHERENCES.expand(shape), atol=1e-3)
    # The power of half the sum is that of the middle.
    assert torch.allclose((left + right + 2 * common) / 4, torch.ones(shape), atol=1e-4)
    # So the sum is never much softer than either.
    assert ((left + right + 2 * common) / torch.maximum(left, right)).min() > 10 ** (-1.3 / 10)


def test_a_sound_in_the_middle_is_the_middle() -> None:
    gains = mixing_gains(torch.tensor(0.0), torch.tensor(1.0))
    assert [float(gain) for gain in gains] == pytest.approx([1.0, 1.0, 0.0, 0.0], abs=1e-6)
