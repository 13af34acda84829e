"""Round numbers of seconds along an axis."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

# Rounding must not cost the tick at either end.
_SLACK = 1e-9


class Tick(NamedTuple):
    """A label on an axis, and where on it: 0 at its beginning, 1 at its end."""

    place: float
    label: str


def ticks(start: float, end: float, most: int) -> list[Tick]:
    """Round times from `start` to `end`, in seconds: up to `most`, which is 2 or more, and as many
    as that allows. `end` is greater than `start`."""
    for step in _round_steps((end - start) / most):
        first, last = math.ceil(start / step - _SLACK), math.floor(end / step + _SLACK)
        if last - first < most:
            break
    decimals = max(-math.floor(math.log10(step)), 0)
    return [
        Tick((number * step - start) / (end - start), f"{number * step:.{decimals}f}")
        for number in range(first, last + 1)
    ]


def _round_steps(least: float) -> Iterator[float]:
    """Round numbers of seconds without end, from about `least` upwards."""
    power = math.floor(math.log10(least))
    while True:
        yield from (factor * 10.0**power for factor in (1, 2, 5) if factor * 10.0**power >= least)
        power += 1
