"""How a knob that stands elsewhere takes a parameter over without a jump."""

from __future__ import annotations

from typing import Literal

TakeoverMode = Literal["jump", "pickup", "scale"]

#: How near, as travel, a knob must come to what it shall take over: three of its 128 steps.
THRESHOLD = 3 / 128
#: A knob this near to one end of its travel, or of the value's, is at the end.
_AT_END = 1e-6


class Takeover:
    """Decides what a knob's travel 0..1 sets, while the parameter may stand elsewhere.

    "jump": always the knob's travel. "pickup": nothing, until the knob has come within `threshold`
    of the parameter or has passed it. "scale": the value moves with the knob at once, by as much of
    its way to the end as the knob does of its own, so that both meet at the latest there.
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

    def follow(self, travel: float, current: float) -> float | None:
        """The travel to set for a knob that stands at `travel` now; None while it waits.

        `current` is where the parameter stands, as a travel 0..1 too; it counts until the knob has
        taken over, and again after `rearm`.
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
