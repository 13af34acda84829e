"""A step's learning rate and gradient, the average of the weights after it, and the mean loss."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

# The longest gradient that a step follows.
_MAX_GRADIENT = 1.0


def rate_factor(done: float, warmup: float, start: float) -> float:
    """The factor for a learning rate when the fraction `done` (0..1) of the training is over.

    It rises linearly from `start` to 1 during about the fraction `warmup` of the training, then
    falls along half a cosine to 0.02.
    """
    return min(1.0, start + done / warmup) * (0.51 + 0.49 * math.cos(math.pi * done))


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, steps: int, averaging: float) -> None:
    """Move an average of weights a little towards a network's, after its `steps`-th step.

    `averaging` (0..1) is the decay of the average; it is smaller while the average is young.
    """
    decay = min(averaging, steps / (steps + 9))
    for mean, weight in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(weight, 1.0 - decay)


def clip_gradients(network: nn.Module) -> None:
    """Shorten the gradient of all weights together to 1, if it is longer."""
    nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT)


def mean_loss(losses: Sequence[Tensor]) -> float:
    """The mean of an epoch's losses, each a single number on any device.

    They are read here all at once: reading each in its own step would leave a GPU idle until the
    next step is queued.
    """
    return float(sum(torch.stack([*losses]).tolist()) / len(losses))
