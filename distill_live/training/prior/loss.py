"""What the training of a prior makes smaller."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import ColumnPrior
from distill_live.training.prior.windows import Crops

# How often a blind column is told nothing, and how often each of the four is left out otherwise.
_TOLD_NOTHING, _LEFT_OUT = 0.3, 0.5


def prior_loss(
    prior: Prior, crops: Crops, corruption: float, blind: float
) -> tuple[Tensor, Tensor]:
    """Mean losses in nats per code over the real codes of crops: of predicting them, and all that
    is to become smaller.

    The latter has `blind` times the loss of predicting them without the past, told how they sound,
    where a prior can be steered. Of each crop's input codes a part, `corruption` on average, is
    replaced by random ones.
    """
    codes, real, ranks = crops
    known = corrupted(codes, corruption, prior.config.codebook_size)
    loss = functional.cross_entropy(prior(known)[real], codes[real])
    if not isinstance(prior, ColumnPrior):
        return loss, loss
    unseen = prior.blind(known, _told(ranks))
    return loss, loss + blind * functional.cross_entropy(unseen[real], codes[real])


def corrupted(codes: Tensor, corruption: float, codebook_size: int) -> Tensor:
    """Codes `[B, T]` with a part replaced, so that a stream survives its own surprises."""
    part = 2.0 * corruption * torch.rand(len(codes), 1, device=codes.device)
    replaced = torch.rand(codes.shape, device=codes.device) < part
    return torch.where(replaced, torch.randint_like(codes, codebook_size), codes)


def _told(ranks: Tensor) -> Tensor:
    """Ranks `[B, columns, 4]` as blind columns are told them: any of the four, or nothing."""
    nothing = torch.rand(*ranks.shape[:2], 1, device=ranks.device) < _TOLD_NOTHING
    apart = torch.rand(ranks.shape, device=ranks.device) < _LEFT_OUT
    return ranks.masked_fill(nothing | apart, torch.nan)
