"""The flat prior: shapes, causality, what it reads."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.prior.flat_prior import CodePrior


def test_logits_are_one_distribution_per_code(flat_prior: CodePrior) -> None:
    assert flat_prior(torch.zeros(3, 20, dtype=torch.long)).shape == (3, 20, 12)


@pytest.mark.parametrize("changed", [0, 5, 6, 17, 47])
def test_a_code_changes_no_logits_up_to_its_own_and_those_after_it(
    flat_prior: CodePrior, changed: int
) -> None:
    codes = torch.randint(0, 12, (1, 48), generator=torch.Generator().manual_seed(1))
    other = codes.clone()
    other[0, changed] = (codes[0, changed] + 1) % 12
    moved = (flat_prior(codes) - flat_prior(other)).abs().amax(dim=-1)[0]
    assert moved[: changed + 1].max() == 0.0
    assert changed == 47 or moved[changed + 1] > 1e-3


def test_a_context_starts_from_a_learned_token_not_from_a_code(flat_prior: CodePrior) -> None:
    codes = torch.randint(0, 12, (5, 1), generator=torch.Generator().manual_seed(2))
    assert torch.equal(flat_prior(codes), flat_prior(torch.zeros_like(codes)))
    start = flat_prior.embedding.span - 1
    assert flat_prior.embedding.rows(codes)[0, 0, 0] == start


def test_every_code_reads_those_at_its_neighbours_distances(flat_prior: CodePrior) -> None:
    codes = torch.arange(48)[None] % 12
    rows = flat_prior.embedding.rows(codes)[0]
    for number, distance in enumerate(flat_prior.embedding.neighbours):
        source = 40 - distance
        expected = number * flat_prior.embedding.span + source % 3 * 12 + source % 12
        assert rows[40, number] == expected


def test_a_prior_is_rebuilt_from_its_config(flat_prior: CodePrior) -> None:
    again = CodePrior.from_config(flat_prior.config)
    again.load_state_dict(flat_prior.state_dict())
    codes = torch.randint(0, 12, (1, 30), generator=torch.Generator().manual_seed(3))
    assert torch.equal(again.eval()(codes), flat_prior(codes))
