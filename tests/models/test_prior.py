"""The flat prior: shapes, causality, settings, flattening."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.prior import (
    CodePrior,
    PriorConfig,
    flatten_codes,
    get_adaptive_prior_config,
    unflatten_codes,
)


def test_logits_are_one_distribution_per_code(prior: CodePrior) -> None:
    assert prior(torch.zeros(3, 20, dtype=torch.long)).shape == (3, 20, 12)


@pytest.mark.parametrize("changed", [0, 5, 6, 17, 47])
def test_a_code_changes_no_logits_up_to_its_own_and_those_after_it(
    prior: CodePrior, changed: int
) -> None:
    codes = torch.randint(0, 12, (1, 48), generator=torch.Generator().manual_seed(1))
    other = codes.clone()
    other[0, changed] = (codes[0, changed] + 1) % 12
    moved = (prior(codes) - prior(other)).abs().amax(dim=-1)[0]
    assert moved[: changed + 1].max() == 0.0
    assert changed == 47 or moved[changed + 1] > 1e-3


def test_a_context_starts_from_a_learned_token_not_from_a_code(prior: CodePrior) -> None:
    codes = torch.randint(0, 12, (5, 1), generator=torch.Generator().manual_seed(2))
    assert torch.equal(prior(codes), prior(torch.zeros_like(codes)))
    start = prior.embedding.span - 1
    assert prior.embedding.rows(codes)[0, 0, 0] == start


def test_every_code_reads_those_at_its_neighbours_distances(prior: CodePrior) -> None:
    codes = torch.arange(48)[None] % 12
    rows = prior.embedding.rows(codes)[0]
    for number, distance in enumerate(prior.embedding.neighbours):
        source = 40 - distance
        expected = number * prior.embedding.span + source % 3 * 12 + source % 12
        assert rows[40, number] == expected


def test_a_prior_is_rebuilt_from_its_config(prior: CodePrior) -> None:
    again = CodePrior.from_config(prior.config)
    again.load_state_dict(prior.state_dict())
    codes = torch.randint(0, 12, (1, 30), generator=torch.Generator().manual_seed(3))
    assert torch.equal(again.eval()(codes), prior(codes))


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
    assert config == PriorConfig(256, 48 * 8, 2, 256, 4, 4, 0.2, 4)
    assert config.context_columns == 48


def test_flattening_goes_position_by_position_and_back() -> None:
    codes = torch.arange(2 * 5 * 3).view(2, 5, 3)
    flat = flatten_codes(codes)
    assert flat[0].tolist() == list(range(15))
    assert torch.equal(unflatten_codes(flat, 3), codes)
