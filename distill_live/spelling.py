"""Which known name was probably meant by one that is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: How many letters of a name are compared; what comes from outside may be much longer.
_LONGEST = 200


def nearest_name(name: str, known: Iterable[str]) -> str:
    """A hint such as " (did you mean 'top_k'?)", or "" when nothing known is close to `name`."""
    close = closest(name, known)
    return f" (did you mean {close!r}?)" if close else ""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is probably a misspelling of: up to one wrong letter in four,
    three at most, and one in a short name. If a path is like none, the path without its last part
    is tried, which may be a level."""
    known, name = list(known), name[:_LONGEST]
    for wanted in filter(None, (name, name.rpartition("/")[0])):
        # A quick look leaves few whose letters must be compared.
        for one in difflib.get_close_matches(wanted, known, n=3, cutoff=0.6):
            if _typos(wanted, one) <= min(max(len(one) // 4, 1), 3):
                return one
    return None


def _typos(name: str, meant: str) -> int:
    """How many letters were left out, added, replaced, or swapped with the next one: the optimal
    string alignment distance."""
    older, before = list[int](), list(range(len(meant) + 1))
    for i, letter in enumerate(name, start=1):
        row = [i]
        for j, other in enumerate(meant, start=1):
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, name[i - 2]) == (meant[j - 2], other):
                least = min(least, older[j - 2] + 1)
            row.append(least)
        older, before = before, row
    return before[-1]
