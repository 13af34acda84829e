"""Numbers as people read them: OSC carries floats of 32 bits, whose last digits are noise."""

from __future__ import annotations

import reprlib


def rounded(value: float) -> float:
    """A number without digits that a float of 32 bits cannot hold; whole numbers stay exact."""
    return value if float(value).is_integer() else float(f"{value:.7g}")


def shown(value: object) -> str:
    """An argument of a message as a short text; a float with at most 7 significant digits."""
    return reprlib.repr(rounded(value) if isinstance(value, float) else value)
