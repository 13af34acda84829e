"""Formulas, for other programs, between a slider's travel 0..1 and a parameter's value."""

from __future__ import annotations

from distill_live.parameters import Parameter

#: What `shape_travel` and `unshape_travel` compute, in the syntax that expr in Pd and Max, and most
#: languages, share; {x} is the argument, 19.08553692 is e^3 - 1.
_SHAPES = {
    "linear": "{x}",
    "exp": "(exp(3.0 * {x}) - 1.0) / 19.08553692",
    "log": "1.0 - (exp(3.0 - 3.0 * {x}) - 1.0) / 19.08553692",
    "s": "{x} * {x} * (3.0 - 2.0 * {x})",
}
_UNSHAPES = {
    "linear": "{x}",
    "exp": "log(1.0 + 19.08553692 * {x}) / 3.0",
    "log": "1.0 - log(1.0 + 19.08553692 * (1.0 - {x})) / 3.0",
    "s": "0.5 - sin(asin(1.0 - 2.0 * {x}) / 3.0)",
}


def value_formula(parameter: Parameter, travel: str) -> str:
    """The parameter's value at a travel 0..1, as a formula."""
    span = parameter.maximum - parameter.minimum
    shaped = _SHAPES[parameter.curve].format(x=travel)
    return f"{_number(parameter.minimum)} + {_number(span)} * ({shaped})"


def travel_formula(parameter: Parameter, value: str) -> str:
    """The travel 0..1 at a parameter's value, as a formula."""
    span = parameter.maximum - parameter.minimum
    way = f"(({value} - {_number(parameter.minimum)}) / {_number(span)})"
    return _UNSHAPES[parameter.curve].format(x=way)


def plain_float(value: float) -> str:
    """A number that every language reads as a float: a whole number keeps its point."""
    return f"{value:.1f}" if float(value).is_integer() else f"{value:.10g}"


def _number(value: float) -> str:
    return f"({plain_float(value)})" if value < 0 else plain_float(value)
