"""Are the codebooks alive? Measured per level, on codes of real material."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

#: Under this utilisation a level is worth a warning.
LOW_UTILISATION = 0.3


@dataclass(frozen=True)
class LevelHealth:
    """How one level's codebook is used.

    `utilisation` is the part of its codes that occur (0..1), `perplexity` how many codes in even
    use would be as varied (1..V), `dead_codes` how many never occur.
    """

    utilisation: float
    perplexity: float
    dead_codes: int


def codebook_health(codes: Tensor, codebook_size: int) -> list[LevelHealth]:
    """Health of each level from codes `[..., Q]`."""
    return [_level(level, codebook_size) for level in codes.flatten(0, -2).unbind(dim=-1)]


def _level(codes: Tensor, codebook_size: int) -> LevelHealth:
    counts = torch.bincount(codes.cpu(), minlength=codebook_size).double()
    used = int((counts > 0).sum())
    share = counts / counts.sum()
    entropy = -torch.special.xlogy(share, share).sum()
    return LevelHealth(used / codebook_size, float(entropy.exp()), codebook_size - used)
