"""The count models that a prior is judged beside."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.training.data.sequences import CodeSequences, Grid
from distill_live.training.prior.baselines import measure_baselines


def grid(*codes: int) -> Grid:
    """One band, one level."""
    return np.array(codes, dtype=np.int16).reshape(-1, 1, 1)


def sequences(training: Grid, validation: Grid, first: int = 0) -> CodeSequences:
    return CodeSequences([training], [(validation, first)])


def test_evenly_used_codes_cost_the_unigram_as_much_as_there_are() -> None:
    codes = grid(*list(range(8)) * 50)
    assert measure_baselines(sequences(codes, codes), 8).unigram == pytest.approx(8.0)


def test_a_cycle_costs_the_previous_column_model_nothing() -> None:
    codes = grid(*list(range(8)) * 200)
    found = measure_baselines(sequences(codes, codes, first=1), 8)
    assert found.previous_column < 1.01


def test_cells_are_counted_each_for_itself() -> None:
    codes = np.zeros((100, 2, 2), dtype=np.int16)
    codes[:, 0, 1], codes[:, 1, 0], codes[:, 1, 1] = 1, 2, 3
    found = measure_baselines(sequences(codes, codes), 4)
    assert found.unigram < 1.01


def test_codes_never_seen_cost_much_but_not_all() -> None:
    found = measure_baselines(sequences(grid(*[0] * 100), grid(*[1] * 10)), 4)
    assert 1.0 < found.unigram < 100.0
    assert 1.0 < found.previous_column < 1000.0


def test_both_models_get_the_smoothing_that_suits_them_best() -> None:
    random = np.random.default_rng(0)
    few = grid(*random.integers(0, 8, 30))
    many = grid(*random.integers(0, 8, 3000))
    found = measure_baselines(sequences(few, many), 8)
    assert found.unigram < 8.5
    assert found.previous_column < 8.7


def test_only_held_out_columns_are_predicted_from_all_before_them() -> None:
    held_out = grid(3, 3, 3, 0, 1)
    found = measure_baselines(sequences(grid(*[0, 1] * 100), held_out, first=4), 4)
    assert found.previous_column < 1.2


def test_nothing_is_counted_across_two_recordings() -> None:
    apart = CodeSequences([grid(0, 0), grid(1, 1)] * 100, [(grid(0, 0, 0), 1)])
    assert measure_baselines(apart, 2).previous_column < 1.05
