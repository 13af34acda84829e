"""How presets are named in lines for the performer."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

#: The most presets that are listed when there is none of the name.
_MAX_LISTED = 8


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence."""
    return (
        " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "nothing"
    )


def nearest_first(name: str, presets: Iterable[str]) -> str:
    """The presets that exist, those most like `name` first."""
    alike = difflib.SequenceMatcher(b=name)

    def distance(other: str) -> float:
        alike.set_seq1(other)
        return -alike.ratio()

    found = sorted(presets, key=distance)
    more = f" and {len(found) - _MAX_LISTED} more" if len(found) > _MAX_LISTED else ""
    return ", ".join(found[:_MAX_LISTED]) + more if found else "none"
