"""Stretches are joined where they are most alike, and as loud as either."""

import numpy as np

from distill_live.models.grains.joining import best_shift, likeness, mix

TIME = np.arange(4000) / 48_000


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, count).astype(np.float32)


def test_the_shift_is_where_the_reference_is() -> None:
    around = noise(960 + 256)
    for shift in (0, 1, 100, 255, 256):
        assert best_shift(around[shift : shift + 960], around) == shift


def test_a_louder_passage_is_not_preferred() -> None:
    around = noise(960 + 256)
    reference = around[40:1000].copy()
    around[1000:] *= 30
    assert best_shift(reference, around) == 40


def test_silence_has_a_shift() -> None:
    assert 0 <= best_shift(np.zeros(960, np.float32), noise(1216)) <= 256
    assert 0 <= best_shift(noise(960), np.zeros(1216, np.float32)) <= 256


def test_likeness_is_1_for_the_same_and_0_for_opposites_and_silence() -> None:
    one = noise(960)
    assert likeness(one, 3 * one) > 0.9999
    assert likeness(one, -one) == likeness(one, 0 * one) == likeness(0 * one, 0 * one) == 0.0
    assert likeness(noise(48_000, 1), noise(48_000, 2)) < 0.02


def test_a_mix_is_as_loud_as_either() -> None:
    one, other = noise(48_000, 1), noise(48_000, 2)
    level = np.std(one)
    for share in (0.0, 0.25, 0.5, 1.0):
        assert abs(np.std(mix(one, other, share, 0.0)) / level - 1) < 0.03
        same = mix(one, one, share, 1.0)
        assert np.allclose(same, one, atol=1e-6)


def test_a_mix_at_its_ends_is_one_of_both() -> None:
    one, other = noise(960, 1), noise(960, 2)
    assert np.array_equal(mix(one, other, 0.0, 0.3), one)
    assert np.array_equal(mix(one, other, 1.0, 0.3), other)


def test_likeness_is_that_of_both_channels_together() -> None:
    one, other = noise(48_000, 1), noise(48_000, 2)
    both = np.stack([one, 2 * other], axis=1)
    assert likeness(both, both) > 0.9999
    # The left channel has a fifth of the power.
    assert abs(likeness(both, np.stack([one, 0 * other], axis=1)) - 0.2**0.5) < 0.01


def test_both_channels_are_mixed_by_the_same_share() -> None:
    old, new = (np.stack([noise(960, n), noise(960, n + 1)], axis=1) for n in (1, 3))
    share = np.linspace(0, 1, 960, dtype=np.float32)
    mixed = mix(old, new, share, 0.3)
    for channel in (0, 1):
        alone = mix(old[:, channel], new[:, channel], share, 0.3)
        assert np.array_equal(mixed[:, channel], alone)
