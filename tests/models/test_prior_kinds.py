"""The kinds of prior, what a header says of them, and the settings that suit a set."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import ColumnPriorConfig
from distill_live.models.prior_kinds import (
    describe_prior,
    get_adaptive_prior_config,
    make_prior,
    read_prior_config,
)


def test_a_prior_is_made_again_from_what_its_header_says(prior: Prior) -> None:
    again = make_prior(read_prior_config(describe_prior(prior)))
    again.load_state_dict(prior.state_dict())
    codes = torch.randint(0, 12, (1, 30), generator=torch.Generator().manual_seed(3))
    assert torch.equal(again.eval()(codes), prior(codes))


def test_a_header_that_names_no_kind_is_of_a_flat_prior(flat_prior: Prior) -> None:
    described = describe_prior(flat_prior)
    assert described.pop("kind") == "flat"
    assert read_prior_config(described) == flat_prior.config


def test_a_kind_that_nobody_knows_is_refused(prior: Prior) -> None:
    with pytest.raises(ValueError, match="unknown kind 'holographic'"):
        read_prior_config(describe_prior(prior) | {"kind": "holographic"})


def test_settings_of_nothing_make_no_prior() -> None:
    with pytest.raises(TypeError, match="str"):
        make_prior("settings")  # type: ignore[arg-type]


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
