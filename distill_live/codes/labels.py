"""What levels are called: their labels, and how addresses and patches write them."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Sequence

from distill_live.errors import CodesError

# What levels are called when nobody has named them.
_FIRST, _SECOND, _BETWEEN, _LAST = "Structure", "Timbre", "Texture", "Detail"

_LEGAL = re.compile(r"\w+( \w+)*", re.ASCII)
_LONGEST = 32
#: Names that mean something else after a parameter's address.
RESERVED = ("norm", "own", "clip")


def level_labels(num_quantizers: int) -> tuple[str, ...]:
    """What each level is called, coarse to fine: a name of its own for every one of them.

    Ours have 2 to 4. Files may have more, which lie between the second and the last and are
    numbered: Texture, Texture 2, ...; a single one is Structure.
    """
    between = [_BETWEEN if n == 1 else f"{_BETWEEN} {n}" for n in range(1, num_quantizers - 2)]
    second = [_SECOND] if num_quantizers > 2 else []
    last = [_LAST] if num_quantizers > 1 else []
    return (_FIRST, *second, *between, *last)


def level_name(label: str) -> str:
    """A level's label as addresses and patches write it: lower case, with _ for spaces."""
    return "_".join(label.lower().split())


def check_label(label: str) -> None:
    """Raise CodesError unless a level can be called so, in OSC addresses too."""
    name = level_name(label)
    if not _LEGAL.fullmatch(label) or len(label) > _LONGEST or name.isdigit() or name in RESERVED:
        raise CodesError(
            f"{reprlib.repr(label)} cannot be a level's label: use up to {_LONGEST} of the letters "
            f"a to z, digits, _ and single spaces, but not just a number, and not "
            f"{', '.join(RESERVED[:-1])} or {RESERVED[-1]}"
        )


def check_labels(labels: Sequence[str]) -> None:
    """Raise CodesError unless each level can be called so, and each has a name of its own."""
    seen: dict[str, str] = {}
    for label in labels:
        check_label(label)
        if level_name(label) in seen:
            raise _taken(label, seen[level_name(label)])
        seen[level_name(label)] = label


def rename_level(labels: Sequence[str], level: str, label: str) -> tuple[str, ...]:
    """The labels with a new one for `level`: its label, as addresses write it or not, or its
    number from 0, coarse to fine.

    Raises CodesError when there is no such level, and when it cannot be called so.
    """
    names = [level_name(one) for one in labels]
    numbers = [str(number) for number in range(len(names))]
    wanted = level_name(level)
    if wanted not in (*names, *numbers):
        raise CodesError(
            f"there is no level {reprlib.repr(level)}; legal: {', '.join(names)}, or "
            f"0..{len(labels) - 1}"
        )
    # A number always counts levels, whatever their labels say.
    place = numbers.index(wanted) if wanted in numbers else names.index(wanted)
    check_label(label)
    for number, other in enumerate(labels):
        if number != place and names[number] == level_name(label):
            raise _taken(label, other)
    return (*labels[:place], label, *labels[place + 1 :])


def _taken(label: str, other: str) -> CodesError:
    return CodesError(
        f"two levels cannot be called {label!r} and {other!r}: level names must differ in more "
        "than capitals, spaces and _"
    )
