"""How long a training will take, measured on its first steps, and how much of it fits into a
time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

# The first steps take longer than the others: they allocate memory and place the codebooks.
_SKIPPED, _TIMED = 2, 4
#: The steps of a training until its pace is known.
MEASURED_STEPS = _SKIPPED + _TIMED


@dataclass(frozen=True)
class Expected:
    """What `epochs` of `steps` will take: so many seconds for a `step`, for `judging` each epoch,
    and `overhead` before the first one and after the last."""

    step: float
    judging: float
    steps: int
    epochs: int
    overhead: float = 0.0

    @property
    def epoch(self) -> float:
        """Seconds of an epoch."""
        return self.steps * self.step + self.judging

    @property
    def seconds(self) -> float:
        """Seconds of all epochs."""
        return self.epochs * self.epoch

    @property
    def whole(self) -> float:
        """Seconds of all epochs, and of what comes before and after them."""
        return self.overhead + self.seconds

    def within(self, seconds: float) -> Expected:
        """As many whole epochs as fit into a time, at least one, with as many more steps as fill
        it."""
        epochs = max(1, math.floor(seconds / self.epoch))
        steps = math.floor((seconds / epochs - self.judging) / self.step)
        return replace(self, epochs=epochs, steps=max(steps, self.steps))


def fit(phases: Sequence[Expected], seconds: float) -> list[Expected]:
    """The epochs of phases that together fit into a time, shared out in proportion to what each
    takes by itself. Each has at least one, even if that is more than its share, or too much."""
    free, sharing = seconds - sum(one.overhead for one in phases), list(phases)
    while short := [one for one in sharing if one.epoch > _share(one, sharing, free)]:
        free -= sum(one.epoch for one in short)
        sharing = [one for one in sharing if one not in short]
    return [one.within(_share(one, sharing, free) if one in sharing else 0.0) for one in phases]


def _share(one: Expected, sharing: Sequence[Expected], seconds: float) -> float:
    """The part of a time that one of some phases has."""
    return seconds * one.seconds / sum(each.seconds for each in sharing)


def least_seconds(phases: Sequence[Expected]) -> float:
    """The shortest time that phases fit into: an epoch each."""
    return sum(one.overhead + one.epoch for one in phases)


class Pace:
    """Calls `tell` once, after a few steps, with the seconds that a step takes.

    A training of very few steps ends before that.
    """

    def __init__(self, tell: Callable[[float], object], device: torch.device) -> None:
        self._tell, self._device = tell, device
        self._done, self._began = 0, 0.0

    def step(self) -> None:
        """Count one more step."""
        self._done += 1
        if self._done == _SKIPPED:
            self._began = now(self._device)
        elif self._done == MEASURED_STEPS:
            self._tell((now(self._device) - self._began) / _TIMED)


def now(device: torch.device) -> float:
    """The time in seconds once a device has done what it was told to."""
    # On a GPU a step returns as soon as its work is queued.
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
    return time.monotonic()


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    """How long some work takes."""
    began = now(device)
    work()
    return now(device) - began


class _Known(Exception):
    """Ends a training as soon as it is known what it will take."""

    def __init__(self, expected: Expected) -> None:
        super().__init__(expected)
        self.expected = expected


def measure(train: Callable[[Callable[[Expected], None]], object]) -> Expected:
    """What a training takes. `train` gets what to call once that is known, which ends it, so that
    it leaves nothing; it must have at least MEASURED_STEPS."""

    def end(expected: Expected) -> None:
        raise _Known(expected)

    try:
        train(end)
    except _Known as known:
        return known.expected
    raise ValueError(f"a training of less than {MEASURED_STEPS} steps cannot be measured")
