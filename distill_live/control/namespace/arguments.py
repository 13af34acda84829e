"""Reads numbers and switches from the arguments of messages."""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Sequence

from distill_live.errors import ParameterError

#: Words that some clients send for a switch.
_SWITCH_WORDS = {"on": 1.0, "true": 1.0, "off": 0.0, "false": 0.0}
_LONGEST_NUMBER = 40


def one_number(name: str, arguments: Sequence[object], legal: str = "") -> float:
    """The single finite number in `arguments`; errors say that `name` takes it, and what is
    `legal`.

    Raises ParameterError when there is none, or more than one.
    """
    if len(arguments) != 1:
        raise ParameterError(f"{name} takes one number, not {len(arguments)}")
    return number(name, arguments[0], legal)


def number(name: str, value: object, legal: str = "") -> float:
    """`value` as a finite float: a number, a boolean, or a text that spells a number.

    Raises ParameterError otherwise, which says what is `legal`, in words, if that is given.
    """
    read = _read(value) if isinstance(value, str) else value
    if not isinstance(read, int | float):
        said = f", {legal}" if legal else ""
        raise ParameterError(f"{name} takes a number{said}, not {reprlib.repr(value)}")
    if not abs(read) <= sys.float_info.max:
        raise ParameterError(f"{name} takes a finite number")
    return float(read)


def switch(name: str, value: object, legal: str = "") -> float:
    """As `number`, but also reads on, off, true and false as 1 or 0."""
    if isinstance(value, str) and value.lower() in _SWITCH_WORDS:
        return _SWITCH_WORDS[value.lower()]
    return number(name, value, legal)


def _read(text: str) -> float | None:
    try:
        return float(text) if len(text) <= _LONGEST_NUMBER and text.isascii() else None
    except ValueError:
        return None
