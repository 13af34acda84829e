"""A step's learning rate, the average of the weights after it, and the mean loss of all steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def rate_factor(done: float, warmup: float, start: float) -> float:
    """What a rate is multiplied by when `done` (0..1) of the training is over.

    It rises in a straight line from `start` at the first step to 1 over about `warmup` of the
    training, then falls along half a cosine to 0.02 of its height.
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


def mean_loss(losses: Sequence[Tensor]) -> float:
    """The mean of an epoch's losses, each a number on whatever device.

    They are read here, at once: a GPU that is asked for each in its step has nothing to do until
    the next one is ready.
    """
    return float(sum(torch.stack([*losses]).tolist()) / len(losses))
