"""The loss of a prior."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import ColumnPrior
from distill_live.training.prior.windows import Crops

# How often a column without past has no ranks at all, and otherwise how often each is left out.
_TOLD_NOTHING, _LEFT_OUT = 0.3, 0.5


def prior_loss(
    prior: Prior, crops: Crops, corruption: float, blind: float
) -> tuple[Tensor, Tensor]:
    """Mean losses in nats per code over the real codes of crops: that of predicting them, and the
    whole loss to minimise.

    If the prior can be steered, the whole loss adds `blind` times that of predicting the codes
    without the past, only from how they sound. On average the fraction `corruption` of a crop's
    input codes is replaced by random ones.
    """
    codes, real, ranks = crops
    known = corrupted(codes, corruption, prior.config.codebook_size)
    loss = functional.cross_entropy(prior(known)[real], codes[real])
    if not isinstance(prior, ColumnPrior):
        return loss, loss
    unseen = prior.blind(known, _told(ranks))
    return loss, loss + blind * functional.cross_entropy(unseen[real], codes[real])


def corrupted(codes: Tensor, corruption: float, codebook_size: int) -> Tensor:
    """Codes `[B, T]`, some made random, so that a prior learns to cope with its own surprises."""
    part = 2.0 * corruption * torch.rand(len(codes), 1, device=codes.device)
    replaced = torch.rand(codes.shape, device=codes.device) < part
    return torch.where(replaced, torch.randint_like(codes, codebook_size), codes)


def _told(ranks: Tensor) -> Tensor:
    """Ranks `[B, columns, 4]` with some of the four, or all, left out."""
    nothing = torch.rand(*ranks.shape[:2], 1, device=ranks.device) < _TOLD_NOTHING
    apart = torch.rand(ranks.shape, device=ranks.device) < _LEFT_OUT
    return ranks.masked_fill(nothing | apart, torch.nan)
