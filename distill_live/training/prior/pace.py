"""An estimate of a prior's training time, before there are codes to train it on."""

from __future__ import annotations

import torch

from distill_live.models.kinds import make_prior
from distill_live.training.prior.loss import prior_loss
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.prior.windows import Crops
from distill_live.training.run.pace import Pace
from distill_live.training.run.randomness import seeded


def expected_prior_seconds(config: PriorTrainingConfig, device: torch.device) -> float:
    """The seconds up to the last epoch, estimated from a few steps on random codes; a training that
    ends early takes less. The random numbers of the training itself are not affected."""
    told: list[float] = []
    pace = Pace(config.epochs * config.steps_per_epoch, told.append, device)
    with seeded(config.seed, device):
        prior = make_prior(config.prior).to(device)
        optimizer = torch.optim.AdamW(prior.parameters())
        while not told:
            _, loss = prior_loss(prior, _crops(config, device), config.corruption, config.blind)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            pace.step()
    return told[0]


def _crops(config: PriorTrainingConfig, device: torch.device) -> Crops:
    """Random codes, as many as in a batch of recordings that are longer than a context."""
    shape = config.prior
    rows = max(1, round(config.batch_columns / shape.context_columns))
    codes = torch.randint(shape.codebook_size, (rows, shape.context_columns * shape.column_codes))
    ranks = torch.full((rows, shape.context_columns, 4), torch.nan)
    real = torch.ones_like(codes, dtype=torch.bool)
    return Crops(codes.to(device), real.to(device), ranks.to(device))
