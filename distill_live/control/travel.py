"""The way back: from a parameter's value to the 0..1 of a controller that would set it."""

from __future__ import annotations

import math

from distill_live.parameters import Curve, Parameter


def unshape_travel(shaped: float, curve: Curve) -> float:
    """The travel 0..1 that `shape_travel` bends to `shaped`, 0..1."""
    if curve == "exp":
        return math.log1p(shaped * math.expm1(3.0)) / 3.0
    if curve == "log":
        return 1.0 - unshape_travel(1.0 - shaped, "exp")
    if curve == "s":
        return 0.5 - math.sin(math.asin(1.0 - 2.0 * shaped) / 3.0)
    return shaped


def travel_of(parameter: Parameter, value: float) -> float:
    """Where a controller of the whole range stands, 0..1, when the parameter has a legal value."""
    span = parameter.maximum - parameter.minimum
    return unshape_travel((value - parameter.minimum) / span, parameter.curve)
