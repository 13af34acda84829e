"""The column-wise prior: shapes, causality, what it reads, and what it is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.models.kinds import open_session
from distill_live.models.prior.column_prior import (
    ColumnPrior,
    ColumnPriorConfig,
    get_adaptive_prior_config,
)
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.steering import STEERED, Steering
from tests.models.prior.sessions import play

CODES = torch.randint(0, 12, (1, 48), generator=torch.Generator().manual_seed(1))


def test_logits_are_one_distribution_per_code(column_prior: ColumnPrior) -> None:
    assert column_prior(torch.zeros(3, 18, dtype=torch.long)).shape == (3, 18, 12)


@pytest.mark.parametrize("changed", [0, 5, 6, 17, 46])
def test_a_code_changes_no_logits_up_to_its_own_and_those_after_it(
    column_prior: ColumnPrior, changed: int
) -> None:
    other = CODES.clone()
    other[0, changed] = (CODES[0, changed] + 1) % 12
    moved = (column_prior(CODES) - column_prior(other)).abs().amax(dim=-1)[0]
    assert moved[: changed + 1].max() == 0.0
    assert moved[changed + 1] > 1e-3


def test_the_first_column_is_remembered_to_the_end_of_the_context(
    column_prior: ColumnPrior,
) -> None:
    other = CODES.clone()
    other[0, 0] = (CODES[0, 0] + 1) % 12
    moved = (column_prior(CODES) - column_prior(other)).abs().amax(dim=-1)[0]
    assert moved[-6:].min() > 1e-6


def test_neighbours_are_the_codes_before_and_those_around_a_column_ago() -> None:
    assert ColumnPriorConfig().neighbours == (
        1, 2, 3, 4, 5, 6, 21, 22, 23, 24, 25, 26, 27, 48,
    )  # fmt: skip
    narrow = ColumnPriorConfig(bands=2, num_quantizers=2).neighbours
    assert len(set(narrow)) == len(narrow)


def test_blind_to_the_past_only_codes_of_the_same_column_count(column_prior: ColumnPrior) -> None:
    alone = torch.cat([column_prior.blind(one) for one in CODES.split(6, dim=1)], dim=1)
    torch.testing.assert_close(column_prior.blind(CODES), alone, atol=1e-5, rtol=0)
    assert (column_prior.blind(CODES) - column_prior(CODES)).abs().max() > 0.1


@pytest.mark.parametrize("kind", range(len(STEERED)))
def test_how_a_column_sounds_changes_that_columns_logits_alone(
    column_prior: ColumnPrior, kind: int
) -> None:
    ranks = torch.full((1, 8, 4), torch.nan)
    free = column_prior.blind(CODES)
    assert torch.equal(column_prior.blind(CODES, ranks), free)
    ranks[0, 3, kind] = 0.7
    moved = (column_prior.blind(CODES, ranks) - free).abs().amax(dim=-1)[0].view(8, 6)
    assert moved[3].min() > 1e-4
    assert moved[[0, 1, 2, 4, 5, 6, 7]].max() == 0.0


def test_a_rank_between_two_points_is_between_their_vectors(column_prior: ColumnPrior) -> None:
    embedding = column_prior.depth.steering
    off = torch.full((3, 4), torch.nan)
    off[:, 1] = torch.tensor([0.25, 0.3125, 0.375])
    low, middle, high = embedding(off)
    torch.testing.assert_close(middle, (low + high) / 2)
    assert torch.equal(low, embedding.weight[1, 2])
    off[:, 1] = torch.tensor([-1.0, 0.0, 2.0])
    below, lowest, above = embedding(off)
    assert torch.equal(below, lowest)
    assert torch.equal(above, embedding.weight[1, -1])


@pytest.mark.parametrize("guidance", [0.0, 1.0, 2.5])
def test_a_session_draws_what_the_prior_says_times_what_speaks_for_the_sound(
    column_prior: ColumnPrior, guidance: float
) -> None:
    """The likeliest codes, from whole passes."""
    steering = Steering(brightness=0.4, guidance=guidance)
    session = open_session(column_prior, 1)
    found = play(session, 8, Sampling(top_k=1, steering=steering)).reshape(1, -1)
    codes = torch.from_numpy(found)
    ranks = torch.tensor(steering.ranks).expand(1, 8, 4)
    told, untold = column_prior.blind(codes, ranks), column_prior.blind(codes)
    expected = (column_prior(codes) + guidance * (told - untold)).argmax(-1)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("files", "shape"),
    [
        (5, (128, 2, 0.3)),
        (20, (128, 2, 0.3)),
        (21, (256, 4, 0.2)),
        (100, (256, 4, 0.2)),
        (101, (512, 6, 0.1)),
    ],
)
def test_settings_follow_the_number_of_recordings(
    files: int, shape: tuple[int, int, float]
) -> None:
    config = get_adaptive_prior_config(files, codebook_size=64)
    assert (config.hidden_size, config.num_layers, config.dropout) == shape


def test_settings_follow_a_size_by_name_and_the_codecs_grid() -> None:
    config = get_adaptive_prior_config("medium", codebook_size=256, num_quantizers=2, bands=4)
    assert config == ColumnPriorConfig(
        codebook_size=256, num_quantizers=2, bands=4, hidden_size=256, num_layers=4, num_heads=4,
        dropout=0.2,
    )  # fmt: skip
    assert config.context_columns == 48
