"""Errors about the values of options, in this program's words instead of typer's."""

from __future__ import annotations

from typing import Any

import typer

_KINDS = {"int": "a whole number", "float": "a number"}


def explain(error: typer.BadParameter) -> None:
    """Make an error about an option name the value and, where known, what is legal.

    Typer's own message says only what the "input should be". Errors that do not come from its
    validation are left as they are.
    """
    found = getattr(error.__cause__, "errors", None)
    if found is None:
        return
    first = found()[0]
    value, kind = first["input"], str(first["type"]).partition("_")[0]
    if first["type"] == "value_error":
        error.message = str(first["ctx"]["error"])
        return
    legal = _legal(error.param)
    if kind in _KINDS:
        error.message = f"{value!r} is not {_KINDS[kind]}{'; legal: ' if legal else ''}{legal}."
    elif legal:
        error.message = f"{value!r} is not legal: {legal}."


def _legal(option: Any) -> str:
    """The range of an option in words, "" if it has none."""
    low, high = getattr(option, "min", None), getattr(option, "max", None)
    if low is not None and high is not None:
        return f"{low:.10g}..{high:.10g}"
    if low is not None:
        return f"{low:.10g} or more"
    return "" if high is None else f"{high:.10g} or less"
