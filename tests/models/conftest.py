"""A tiny prior with random weights, not the zeros that training starts from."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.prior import CodePrior, PriorConfig

#: Columns of 2 bands and 3 levels; a context of 8 columns, so that every 4th is an anchor.
TINY = PriorConfig(
    codebook_size=12, seq_len=48, num_quantizers=3, hidden_size=16, num_layers=2, num_heads=2,
    dropout=0.5, bands=2,
)  # fmt: skip


@pytest.fixture(scope="session")
def prior() -> CodePrior:
    """Do not change its weights."""
    torch.manual_seed(0)
    made = CodePrior.from_config(TINY)
    for name, parameter in made.named_parameters():
        scale = 1.0 if "embedding" in name else 0.4
        torch.nn.init.normal_(parameter, mean=1.0 if "norm" in name else 0.0, std=scale)
    return made.eval().requires_grad_(False)
