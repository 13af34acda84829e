"""An estimate of how long a training will take, from its first steps."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

# The first steps take longer than the others: they allocate memory and place the codebooks.
_SKIPPED, _TIMED = 2, 4


class Pace:
    """Calls `tell` once, after a few steps, with the seconds that all `steps` of them will take.

    A training of very few steps ends before there is an estimate.
    """

    def __init__(
        self, steps: int, tell: Callable[[float], object] | None, device: torch.device
    ) -> None:
        self._steps, self._tell, self._device = steps, tell, device
        self._done, self._began = 0, 0.0

    def step(self) -> None:
        """Count one more step."""
        self._done += 1
        if self._done == _SKIPPED:
            self._began = self._now()
        elif self._done == _SKIPPED + _TIMED and self._tell:
            self._tell((self._now() - self._began) / _TIMED * self._steps)

    def _now(self) -> float:
        # On a GPU a step returns as soon as its work is queued.
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        elif self._device.type == "mps":
            torch.mps.synchronize()
        return time.monotonic()
