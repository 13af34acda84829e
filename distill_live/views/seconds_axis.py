"""Round numbers of seconds along an axis."""

from __future__ import annotations

import math
from typing import NamedTuple

_STEPS = (1, 2, 5, 10)


class Tick(NamedTuple):
    """A label on an axis, and where on it: 0 at its beginning, 1 at its end."""

    place: float
    label: str


def ticks(start: float, end: float, most: int) -> list[Tick]:
    """Up to `most` round times from `start` to `end`, in seconds; `end` is greater."""
    step = _round_up((end - start) / max(most - 1, 1))
    decimals = max(-math.floor(math.log10(step)), 0)
    first, last = math.ceil(start / step - 1e-9), math.floor(end / step + 1e-9)
    times = [number * step for number in range(first, last + 1)]
    return [Tick((time - start) / (end - start), f"{time:.{decimals}f}") for time in times]


def _round_up(seconds: float) -> float:
    """The next round number of seconds, upwards."""
    power = 10.0 ** math.floor(math.log10(max(seconds, 1e-6)))
    return next(factor * power for factor in _STEPS if factor * power >= seconds * (1 - 1e-9))
