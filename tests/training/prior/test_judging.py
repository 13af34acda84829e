"""A prior's perplexity, and the windows that it is measured on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.training.data.sequences import Grid
from distill_live.training.prior.baselines import Baselines
from distill_live.training.prior.judging import (
    PriorPerplexity,
    expected_windows,
    judged_windows,
    window_perplexity,
)

CONTEXT = 8


def grid(columns: int) -> Grid:
    return np.random.default_rng(columns).integers(0, 8, (columns, 2, 2)).astype(np.int16)


def perplexity(training: float, validation: float) -> PriorPerplexity:
    return PriorPerplexity(training, validation, Baselines(unigram=30.0, previous_column=20.0))


@pytest.mark.parametrize(("validation", "beats"), [(19.9, True), (20.0, False), (25.0, False)])
def test_counting_is_beaten_when_both_count_models_are(validation: float, beats: bool) -> None:
    assert perplexity(10.0, validation).beats_counting is beats


def test_all_windows_are_judged_by_and_of_many_some_that_are_spread_over_all() -> None:
    few = judged_windows([(grid(20), 4), (grid(8), 0)], CONTEXT)
    assert len(few) == 4 + 2
    # An anchor every 4 columns: each window says by its first code where it stands.
    long = np.repeat(np.arange(4 * 200, dtype=np.int16), 4).reshape(-1, 2, 2)
    many = judged_windows([(long, 0)], CONTEXT)
    starts = [int(window.codes[0]) for window in many[1:]]
    assert len(many) == 67
    assert set(np.diff(starts)) == {12}
    assert starts[-1] > 780


def test_a_prior_that_knows_nothing_hesitates_among_all_codes() -> None:
    """And each code that is to be predicted counts alike, in whatever window it stands."""
    prior = ColumnPrior(ColumnPriorConfig(8, CONTEXT, 2, 2, 16, 1, 2, 16, dropout=0.0)).eval()
    torch.nn.init.zeros_(prior.depth.heads)
    windows = judged_windows([(grid(20), 4), (grid(9), 8)], CONTEXT)
    assert window_perplexity(prior, windows) == pytest.approx(8.0)
    # Code 0 of each cell is likelier by half: the odds are 3/2 to 7.
    with torch.no_grad():
        prior.depth.head_bias[:, 0] = np.log(1.5)
    codes = np.concatenate([grid(20)[4:], grid(9)[8:]])
    share = float((codes == 0).mean())
    expected = 8.5 / 1.5**share
    assert window_perplexity(prior, windows) == pytest.approx(expected)


def test_how_many_windows_there_will_be_is_known_beforehand() -> None:
    grids = [(np.zeros((1_000, 1, 1), np.int16), 900)] * 3
    # Each recording is coded at two alignments.
    real = len(judged_windows(grids * 2, 64))
    assert expected_windows(300, 3, 64) == pytest.approx(real, rel=0.35)
    assert expected_windows(1e6, 3, 64) == 96
    assert expected_windows(0.0, 1, 64) == 2
