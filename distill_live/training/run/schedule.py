"""How a rate of learning changes over a training."""

from __future__ import annotations

import math


def rate_factor(done: float, warmup: float, start: float) -> float:
    """What a rate is multiplied by when `done` (0..1) of the training is over.

    It rises in a straight line from `start` at the first step to 1 over about `warmup` of the
    training, then falls along half a cosine to 0.02 of its height.
    """
    return min(1.0, start + done / warmup) * (0.51 + 0.49 * math.cos(math.pi * done))
