"""Soft takeover: a knob takes over a parameter without a jump, although their positions differ."""

from __future__ import annotations

from typing import Literal

TakeoverMode = Literal["jump", "pickup", "scale"]

#: How near, as travel, a knob must come to a value to take it over: three of its 128 steps.
THRESHOLD = 3 / 128
#: A knob, or a value, this near to the end of its travel is at the end.
_AT_END = 1e-6


class Takeover:
    """Decides what a knob at travel 0..1 sets while the parameter may stand elsewhere.

    "jump": always the knob's travel. "pickup": nothing, until the knob has come within `threshold`
    of the parameter or has passed it. "scale": the value moves with the knob at once, in proportion
    to the travel that each has left, so that they meet at the end at the latest.
    """

    def __init__(self, mode: TakeoverMode = "pickup", threshold: float = THRESHOLD) -> None:
        self.mode = mode
        self._threshold = threshold
        self._before: float | None = None
        self._value: float | None = None

    @property
    def waits(self) -> bool:
        """Whether the knob has not taken the parameter over yet."""
        return self.mode != "jump" and self._value is None

    def move(self, travel: float, current: float) -> float | None:
        """The travel to set for a knob that now stands at `travel`; None while it must wait.

        `current` is the parameter's travel 0..1. It matters until the knob has taken over, and
        again after `rearm`.
        """
        before, self._before = self._before, travel
        if self.mode == "jump":
            return travel
        if self.mode == "pickup":
            if self._value is None and not self._reaches(before, travel, current):
                return None
            self._value = travel
        elif before is None:
            return None
        else:
            start = current if self._value is None else self._value
            self._value = _scaled(start, before, travel)
        return self._value

    def rearm(self) -> None:
        """Wait again: the parameter has been moved by something else."""
        self._value = None

    def _reaches(self, before: float | None, travel: float, current: float) -> bool:
        passed = before is not None and (before - current) * (travel - current) < 0
        return passed or abs(travel - current) <= self._threshold


def _scaled(value: float, before: float, travel: float) -> float:
    """Where a value goes as the knob goes from `before` to `travel`."""
    up = travel > before
    left, way = (1.0 - before, 1.0 - value) if up else (before, value)
    if left <= _AT_END:
        return value
    moved = value + (travel - before) * way / left
    return min(max(moved, 0.0), 1.0)
