"""Converts a controller's travel 0..1 to a value, and back."""

from __future__ import annotations

import math
from typing import Literal

Curve = Literal["linear", "exp", "log", "s"]


def shape_travel(travel: float, curve: Curve) -> float:
    """Bend a controller's travel 0..1: "exp" is finer at the low end, "log" at the high end, "s" at
    both ends."""
    if curve == "exp":
        return (math.exp(3.0 * travel) - 1.0) / (math.exp(3.0) - 1.0)
    if curve == "log":
        return 1.0 - shape_travel(1.0 - travel, "exp")
    if curve == "s":
        return travel * travel * (3.0 - 2.0 * travel)
    return travel


def unshape_travel(shaped: float, curve: Curve) -> float:
    """The travel 0..1 that `shape_travel` bends to `shaped`."""
    if curve == "exp":
        return math.log1p(shaped * (math.exp(3.0) - 1.0)) / 3.0
    if curve == "log":
        return 1.0 - unshape_travel(1.0 - shaped, "exp")
    if curve == "s":  # the trigonometric solution of the cubic 3x^2 - 2x^3
        return 0.5 - math.sin(math.asin(1.0 - 2.0 * shaped) / 3.0)
    return shaped


def scale_travel(travel: float, low: float, high: float, curve: Curve = "linear") -> float:
    """Map a controller's travel (clipped to 0..1) to low..high; low may be above high."""
    return low + (high - low) * shape_travel(min(max(travel, 0.0), 1.0), curve)


def find_travel(value: float, low: float, high: float, curve: Curve = "linear") -> float:
    """The travel 0..1 that `scale_travel` maps to `value`, clipped to the range."""
    if low == high:
        return 0.0
    return unshape_travel(min(max((value - low) / (high - low), 0.0), 1.0), curve)
