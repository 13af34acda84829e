"""OSC address patterns, matched in time proportional to the pattern and the address.

There is no backtracking: the places in an address that a pattern can have reached are one set, kept
as the bits of a number, and each piece of the pattern moves that set on once.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from distill_live.errors import ParameterError

#: The longest legal pattern, in letters.
MAX_LETTERS = 256

_WILD = frozenset("?*[]{}")
_PIECE = re.compile(r"\*|\?|\[([^\[\]{}]+)\]|\{([^\[\]{}*?]*)\}|([^?*\[\]{}])")
#: One letter, or a first and a last one; a "-" at either end stands for itself.
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)


class _Any(NamedTuple):
    """Any letters, or none."""


class _Letter(NamedTuple):
    """One letter within, or outside of, ranges [first, last]."""

    ranges: tuple[tuple[str, str], ...]
    excluded: bool


class _Texts(NamedTuple):
    """One of several texts."""

    texts: tuple[str, ...]


_Piece = _Any | _Letter | _Texts
_Part = tuple[_Piece, ...]


def is_pattern(address: str) -> bool:
    """Whether an address has a character that makes it a pattern."""
    return not _WILD.isdisjoint(address)


def match(pattern: str, addresses: Iterable[str]) -> list[str]:
    """Those of `addresses` that a pattern matches, in their order.

    Between two slashes, `?` is any letter, `*` any number of letters, `[a-z]` one of those letters,
    `[!x]` any other letter, `{low,high}` one of those texts. Raises ParameterError for a pattern of
    more than MAX_LETTERS letters, or with a bracket that is not closed.
    """
    parts = _parse(pattern)
    return [address for address in addresses if _matches(parts, address)]


def _parse(pattern: str) -> tuple[_Part, ...]:
    if len(pattern) > MAX_LETTERS:
        raise ParameterError(
            f"a pattern of {len(pattern)} characters is too long; legal: up to {MAX_LETTERS}"
        )
    return _parse_short(pattern)


@lru_cache(maxsize=64)
def _parse_short(pattern: str) -> tuple[_Part, ...]:
    return tuple(_parse_part(part) for part in pattern.split("/"))


def _parse_part(part: str) -> _Part:
    pieces: list[_Piece] = []
    place = 0
    while place < len(part):
        found = _PIECE.match(part, place)
        if found is None:
            raise ParameterError(
                f"{reprlib.repr(part)} is not a legal part of a pattern; legal between two "
                "slashes: letters, ? * [a-z] [!a-z] {low,high}, with every bracket closed"
            )
        pieces.append(_piece(found))
        place = found.end()
    return tuple(pieces)


def _piece(found: re.Match[str]) -> _Piece:
    letters, texts, letter = found.groups()
    if letters is not None:
        excluded = letters.startswith("!") and len(letters) > 1
        ranges = _RANGE.findall(letters, 1 if excluded else 0)
        return _Letter(tuple((one or low, one or high) for low, high, one in ranges), excluded)
    if texts is not None:
        return _Texts(tuple(texts.split(",")))
    if letter is not None:
        return _Texts((letter,))
    return _Any() if found[0] == "*" else _Letter((), True)


def _matches(parts: tuple[_Part, ...], address: str) -> bool:
    texts = address.split("/")
    return len(texts) == len(parts) and all(map(_part_matches, parts, texts))


def _part_matches(part: _Part, text: str) -> bool:
    # Bit n of `reached`: the pieces so far can stand for the first n letters of the text.
    reached, everywhere = 1, (1 << len(text)) - 1
    where: dict[str, int] = {}
    for place, letter in enumerate(text):
        where[letter] = where.get(letter, 0) | 1 << place
    for piece in part:
        if isinstance(piece, _Any):
            first = reached & -reached
            reached = (everywhere << 1 | 1) & -first
        elif isinstance(piece, _Letter):
            found = _places(piece.ranges, where)
            reached = (reached & (everywhere ^ found if piece.excluded else found)) << 1
        else:
            reached = _after_texts(reached, piece.texts, where)
        if not reached:
            return False
    return bool(reached >> len(text) & 1)


def _places(ranges: tuple[tuple[str, str], ...], where: dict[str, int]) -> int:
    """The places of all letters within the ranges."""
    found = 0
    for letter, places in where.items():
        if any(first <= letter <= last for first, last in ranges):
            found |= places
    return found


def _after_texts(reached: int, texts: tuple[str, ...], where: dict[str, int]) -> int:
    """The places behind any of the texts, where one of them begins at a place reached."""
    after = 0
    for text in texts:
        places = reached
        for letter in text:
            places = (places & where.get(letter, 0)) << 1
        after |= places
    return after
