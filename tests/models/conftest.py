"""Tiny priors with random weights, not the zeros that training starts from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
import torch
from torch import Tensor

from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.models.prior.flat_prior import CodePrior, PriorConfig
from tests.models.vocoder.vocoders import gliding_tone

#: Columns of 2 bands and 3 levels; a context of 8 columns, so that every 4th is an anchor.
FLAT = PriorConfig(
    codebook_size=12, seq_len=48, num_quantizers=3, hidden_size=16, num_layers=2, num_heads=2,
    dropout=0.5, bands=2,
)  # fmt: skip
COLUMNS = ColumnPriorConfig(
    codebook_size=12, context_columns=8, num_quantizers=3, bands=2, hidden_size=16, num_layers=2,
    num_heads=2, depth_size=8, dropout=0.5,
)  # fmt: skip

_Prior = TypeVar("_Prior", bound=Prior)


def randomised(build: Callable[[], _Prior]) -> _Prior:
    """A network with random weights everywhere, ready to be used."""
    torch.manual_seed(0)
    prior = build()
    for name, parameter in prior.named_parameters():
        tables = ("embedding", "columns.weight", "known", "steering")
        scale = 1.0 if any(table in name for table in tables) else 0.4
        torch.nn.init.normal_(parameter, mean=1.0 if "norm" in name else 0.0, std=scale)
    return prior.eval().requires_grad_(False)


@pytest.fixture(scope="session")
def flat_prior() -> CodePrior:
    """Do not change its weights."""
    return randomised(lambda: CodePrior.from_config(FLAT))


@pytest.fixture(scope="session")
def column_prior() -> ColumnPrior:
    """Do not change its weights."""
    return randomised(lambda: ColumnPrior.from_config(COLUMNS))


@pytest.fixture(scope="session", params=["flat", "columns"])
def prior(
    request: pytest.FixtureRequest, flat_prior: CodePrior, column_prior: ColumnPrior
) -> Prior:
    """One of each kind. Do not change its weights."""
    return {"flat": flat_prior, "columns": column_prior}[request.param]


@pytest.fixture(scope="session")
def mel() -> Tensor:
    """45 frames of a gliding tone in noise."""
    return gliding_tone()
