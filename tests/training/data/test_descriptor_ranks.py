"""Ranks of how columns sound, among those that are like them otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.training.data.descriptor_ranks import DescriptorRanks

#: Independent of one another.
VALUES = np.random.default_rng(0).normal(0, 1, (3000, 4)) * [1, 10, 100, 0.1]


def correlations(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Of each column of `one` with each of `other`, by rank."""
    ranks = [np.argsort(np.argsort(both, axis=0), axis=0) for both in (one, other)]
    return np.corrcoef(*ranks, rowvar=False)[:4, 4:]


def related() -> np.ndarray:
    """Columns of which the dark ones are loud, and the noisy ones bright, as in recordings."""
    random = np.random.default_rng(1)
    loudness = random.uniform(-50, -10, 3000)
    brightness = 60 - 0.8 * (loudness + 30) + random.normal(0, 6, 3000)
    noisiness = -20 + 0.3 * brightness + random.normal(0, 4, 3000)
    return np.stack([loudness, brightness, noisiness, random.poisson(3, 3000)], axis=1)


def test_a_rank_tells_nothing_of_the_other_values() -> None:
    values = related()
    assert correlations(values, values)[0, 1] < -0.8
    found = correlations(DescriptorRanks.of(values).ranks(values), values)
    assert np.abs(found - np.diag(found.diagonal())).max() < 0.2
    assert found.diagonal().min() > 0.3


@pytest.mark.parametrize("values", [VALUES, related()], ids=["independent", "related"])
def test_ranks_run_evenly_from_the_lowest_to_the_highest(values: np.ndarray) -> None:
    ranks = DescriptorRanks.of(values).ranks(values)
    assert ranks.dtype == np.float32
    assert (ranks.min(axis=0) < 0.02).all() and (ranks.max(axis=0) > 0.98).all()
    for kind in range(3):
        assert np.allclose(np.sort(ranks[:, kind]), np.linspace(0, 1, 3000), atol=0.03)


def test_what_is_alike_otherwise_is_ranked_by_its_value() -> None:
    """Bright for a loud column is dark for a soft one, whose brightness is higher."""
    ranks = DescriptorRanks.of(related())
    bright = np.linspace(20, 100, 17)
    for loudness in (-48.0, -12.0):
        alike = np.stack([np.full(17, loudness), bright, -20 + 0.3 * bright, np.full(17, 3.0)], 1)
        assert (np.diff(ranks.ranks(alike)[:, 1]) >= -0.02).all()
    loud, soft = ranks.ranks(np.array([[-12.0, 55, -3.5, 3], [-48.0, 55, -3.5, 3]]))[:, 1]
    assert loud > 0.7 > 0.3 > soft


def test_what_is_not_there_has_no_rank_and_silence_is_like_silence() -> None:
    values = related()
    values[2000:, 1:3] = np.nan
    values[2000:, 0] -= 60
    ranks = DescriptorRanks.of(values).ranks(values)
    assert np.isnan(ranks[2000:, 1:3]).all()
    assert not np.isnan(ranks[:2000]).any() and not np.isnan(ranks[:, [0, 3]]).any()
    # The softest silence ranks low, the loudest high, among silences.
    assert ranks[2000:, 0].min() < 0.05 and ranks[2000:, 0].max() > 0.95


def test_what_lies_outside_has_the_rank_of_the_nearest_end() -> None:
    ranks = DescriptorRanks.of(VALUES)
    lowest, highest = ranks.ranks(np.array([[-1e9] * 4, [1e9] * 4]))
    assert np.allclose(lowest, 0.0, atol=0.02) and np.allclose(highest, 1.0, atol=0.02)


def test_where_many_are_alike_each_has_the_middle_of_their_ranks() -> None:
    values = np.repeat([0.0, 0.0, 0.0, 1.0], 500)[:, None].repeat(4, axis=1)
    values[:, :3] = 0.0
    found = DescriptorRanks.of(values).ranks(values[[0, -1]])[:, 3]
    assert np.allclose(found, [0.375, 0.875], atol=0.02)


def test_recordings_that_never_change_have_a_rank_all_the_same() -> None:
    found = DescriptorRanks.of(np.zeros((9, 4))).ranks(np.zeros((1, 4)))
    assert np.allclose(found, 0.5)


def test_many_columns_at_once_are_ranked_as_one_by_one() -> None:
    ranks = DescriptorRanks.of(VALUES)
    alone = np.concatenate([ranks.ranks(VALUES[[at]]) for at in (0, 1023, 1024, 2999)])
    assert np.array_equal(alone, ranks.ranks(VALUES)[[0, 1023, 1024, 2999]])
    assert ranks.ranks(np.zeros((0, 4))).shape == (0, 4)
