"""An estimate of a prior's training time, before there are codes to train it on."""

from __future__ import annotations

import numpy as np
import torch

from distill_live.models.kinds import make_prior
from distill_live.training.prior.judging import window_perplexity
from distill_live.training.prior.loss import prior_loss
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.prior.windows import Crops, Window
from distill_live.training.run.pace import Expected, Pace, seconds_of
from distill_live.training.run.randomness import seeded


def expected_prior(config: PriorTrainingConfig, device: torch.device, judged: int) -> Expected:
    """What the training up to its last epoch will take, estimated from a few steps on random codes,
    if an epoch is judged by so many windows; a training that ends early takes less. The random
    numbers of the training itself are not affected."""
    told: list[float] = []
    pace = Pace(told.append, device)
    with seeded(config.seed, device):
        prior = make_prior(config.prior).to(device)
        optimizer = torch.optim.AdamW(prior.parameters())
        while not told:
            _, loss = prior_loss(prior, _crops(config, device), config.corruption, config.blind)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            pace.step()
        grid = np.zeros(
            (config.prior.context_columns, config.prior.bands, config.prior.num_quantizers),
            np.int16,
        )
        windows = Window.of_grid(grid, 0, config.prior.context_columns)
        window = seconds_of(lambda: window_perplexity(prior.eval(), windows), device) / len(windows)
    return Expected(told[0], judged * window, config.steps_per_epoch, config.epochs)


def _crops(config: PriorTrainingConfig, device: torch.device) -> Crops:
    """Random codes, as many as in a batch of recordings that are longer than a context."""
    shape = config.prior
    rows = max(1, round(config.batch_columns / shape.context_columns))
    codes = torch.randint(shape.codebook_size, (rows, shape.context_columns * shape.column_codes))
    ranks = torch.full((rows, shape.context_columns, 4), torch.nan)
    real = torch.ones_like(codes, dtype=torch.bool)
    return Crops(codes.to(device), real.to(device), ranks.to(device))
