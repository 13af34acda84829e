"""Selections: which columns, bands and levels of a grid an operation concerns, and how they are
written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.labels import level_name
from distill_live.errors import CodesError
from distill_live.spelling import nearest_name

#: Names for thirds of the bands, low to high.
BAND_NAMES = ("low", "mid", "high")

#: The longest number that is read.
_DIGITS = 12
_NUMBERS = re.compile(r"(?P<start>\d{1,6})|(?P<first>\d{0,6}):(?P<end>\d{0,6})", re.ASCII)
_BANDS = re.compile(r"(?P<first>\d{1,6})(?:-(?P<last>\d{1,6}))?", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_SECONDS = re.compile(rf"({_NUMBER.pattern})(m?)s", re.ASCII)


@dataclass(frozen=True, eq=False)
class Region:
    """The cells of one grid from column `start` up to, but without, `end`, in the bands [F] and
    levels [Q] that are True."""

    start: int
    end: int
    bands: NDArray[np.bool_]
    levels: NDArray[np.bool_]


#: What is said of bands that are given in both ways.
BANDS_TWICE = "give the bands once, with --band"


@dataclass(frozen=True)
class Selection:
    """Columns, bands and levels as they are written; "" stands for all.

    Columns: `0:16`, `8` (one column), `0:1s`, `500ms:`, `:2s`, without the end. A unit at the end
    counts for both: `1:3s` is 1 s to 3 s. Levels: labels such as `structure` (with spaces or `_`),
    or numbers from 0, several with commas, or `0:2`.

    Bands: `low`, `mid`, `high` (thirds), or numbers, several with commas. People count them from 1:
    `band` is such as `1-2`, with the last one, or `4`. Programs count them from 0: `bands` is such
    as `0:2`, without the end, or `3`. Give at most one of the two.
    """

    columns: str = ""
    bands: str = ""
    levels: str = ""
    band: str = ""

    @classmethod
    def at(cls, column: int, band: int, level: int) -> Self:
        """One cell."""
        return cls(str(column), str(band), str(level))

    def resolve(
        self, columns: int, bands: int, labels: Sequence[str], columns_per_second: float
    ) -> Region:
        """The region of a grid with so many columns and bands, and levels with these labels.

        Raises CodesError when it is empty, outside or cannot be understood.
        """
        start, end = find_columns(self.columns, columns, columns_per_second)
        return Region(start, end, self.bands_of(bands), find_levels(self.levels, labels))

    def with_level_names(self, labels: Sequence[str]) -> Self:
        """The same with its levels by their labels, as addresses write them; as it is if it has
        levels that are not among these."""
        try:
            chosen = find_levels(self.levels, labels) if self.levels else ()
        except CodesError:
            return self
        found = [level_name(label) for label, one in zip(labels, chosen, strict=False) if one]
        return replace(self, levels=",".join(found))

    def bands_of(self, count: int) -> NDArray[np.bool_]:
        """Which of `count` bands are selected [F]. Raises CodesError as `resolve` does."""
        if self.band and self.bands:
            raise CodesError(BANDS_TWICE)
        if self.band:
            return find_counted_bands(self.band, count)
        return find_band_indices(self.bands, count)


def find_columns(
    text: str, count: int, columns_per_second: float, oldest: int | None = None
) -> tuple[int, int]:
    """(start, end) of columns as they are written, of a grid of `count`; of a stream, whose columns
    before the `oldest` are no longer known.

    A time is rounded to the nearest column. Raises CodesError as `Selection.resolve` does.
    """
    legal = f"legal: columns such as 0:16, 8 or 0.5s:2s, within {oldest or 0}:{count}"
    first, colon, last = (text or ":").partition(":")
    time = _SECONDS.fullmatch(last)
    if time and _NUMBER.fullmatch(first):
        # A unit at the end counts for both.
        first += f"{time[2]}s"
    start = _position(first, 0, columns_per_second, legal)
    if not colon and text.endswith("s"):
        raise CodesError(f"{text!r} is a moment; give a beginning and an end; {legal}")
    end = _position(last, count, columns_per_second, legal) if colon else start + 1
    if not (oldest or 0) <= start < end <= count:
        if oldest is not None:
            fault = "select nothing" if start >= end else "are out of reach"
            raise CodesError(
                f"columns {text!r} {fault}; legal: columns within {oldest}:{count}, whose codes "
                "are still known or drawn next"
            )
        raise CodesError(_no_columns(text, start >= end, count, columns_per_second))
    return start, end


def find_distance(text: str, columns_per_second: float) -> int | None:
    """The number of columns that is written with a sign, or as a time, or both, such as `+16`,
    `2s` or `-500ms`; None for anything else. A time is rounded to the nearest column."""
    sign = -1 if text[:1] == "-" else 1
    number = text.removeprefix("-" if sign < 0 else "+")
    time = _SECONDS.fullmatch(number)
    if len(text) > _DIGITS:
        return None
    if time is None:
        return sign * int(number) if number.isascii() and number.isdigit() else None
    return sign * round(_seconds(time) * columns_per_second)


def no_place(name: str, place: int, length: int, columns: tuple[int, int]) -> CodesError:
    """That `length` columns do not fit at the column `place`, which is the value of the parameter
    `name`, where there are only some `columns`, first and end."""
    first, end = columns
    return CodesError(
        f"{length} columns do not fit at column {place}: the grid has the columns {first}:{end}; "
        f"legal: {name}={first}..{end - length}, or {name}=+N or -N, counted from the region"
    )


def last_equally_long(one: str, other: str) -> bool:
    """Whether two spans of columns are written as times, and are equally long.

    Rounded to columns, they can differ by one.
    """
    durations = [_milliseconds(text) for text in (one, other)]
    return durations[0] is not None and durations[0] == durations[1]


def _milliseconds(text: str) -> int | None:
    """How long a span of columns is that is written as two times, or as none and one."""
    first, _, last = text.partition(":")
    end = _SECONDS.fullmatch(last)
    start = _SECONDS.fullmatch(first) or (end and _SECONDS.fullmatch(f"{first or 0}{end[2]}s"))
    if end is None or start is None or len(text) > 2 * _DIGITS:
        return None
    return round(1000 * (_seconds(end) - _seconds(start)))


def _seconds(time: re.Match[str]) -> float:
    """The seconds of a time that `_SECONDS` has matched."""
    return float(time[1]) / (1000 if time[2] else 1)


def find_counted_bands(text: str, count: int) -> NDArray[np.bool_]:
    """Which of `count` bands are written, counted from 1. Raises CodesError as `Selection.resolve`
    does."""
    thirds, found = _thirds(count), np.zeros(count, bool)
    for word in text.lower().replace(" ", "").split(","):
        match = _BANDS.fullmatch(word)
        if word in thirds:
            start, end = thirds[word]
        elif match:
            start, end = int(match["first"]) - 1, int(match["last"] or match["first"])
        else:
            raise CodesError(
                f"there is no band {word!r}{nearest_name(word, thirds)}; legal: "
                f"{', '.join(thirds)}, or numbers from 1 to {count}, or several such as 1-2"
            )
        if not 0 <= start < end <= count:
            fault = "are not in order" if 0 <= end <= start < count else "are outside"
            raise CodesError(f"bands {word!r} {fault}: there are {count} bands, 1-{count}")
        found[start:end] = True
    return found


def find_band_indices(text: str, count: int) -> NDArray[np.bool_]:
    """Which of `count` bands are written, counted from 0. Raises CodesError as `Selection.resolve`
    does."""
    return _find("bands", text, count, _thirds(count))


def _thirds(count: int) -> dict[str, tuple[int, int]]:
    """What the names of thirds stand for, as the first band and the one after the last."""
    edges = [round(third * count / 3) for third in range(4)]
    return dict(zip(BAND_NAMES, itertools.pairwise(edges), strict=True))


def find_levels(text: str, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which levels are written, by labels as addresses write them or not, or by numbers from 0.

    Raises CodesError as `Selection.resolve` does.
    """
    named = {level_name(label): (number, number + 1) for number, label in enumerate(labels)}
    return _find("levels", text, len(labels), named)


def _find(
    what: str, text: str, count: int, named: Mapping[str, tuple[int, int]]
) -> NDArray[np.bool_]:
    """Which of `count` bands or levels are written: spans, numbers and names, between commas."""
    found = np.zeros(count, bool)
    for word in map(level_name, (text or ":").split(",")):
        start, end = named.get(word) or _span(what, word, count, named)
        _check_span(what, word, start, end, count)
        found[start:end] = True
    return found


def _span(what: str, word: str, count: int, named: Iterable[str]) -> tuple[int, int]:
    match = _NUMBERS.fullmatch(word)
    if match is None:
        names = list(named)
        raise CodesError(
            f"there is no {what.removesuffix('s')} {word!r}{nearest_name(word, names)}; legal: "
            f"{', '.join(names)}, or numbers from 0 to {count - 1}, or a span such as 0:2"
        )
    if match["start"] is not None:
        return int(match["start"]), int(match["start"]) + 1
    return int(match["first"] or 0), int(match["end"] or count)


def _position(word: str, otherwise: int, columns_per_second: float, legal: str) -> int:
    """A column that is written as a number or as a time."""
    if not word:
        return otherwise
    if word.isascii() and word.isdigit() and len(word) <= _DIGITS:
        return int(word)
    time = _SECONDS.fullmatch(word)
    if time is None or len(word) > _DIGITS:
        raise CodesError(f"{word!r} is not a column; {legal}")
    return round(_seconds(time) * columns_per_second)


def _no_columns(text: str, empty: bool, count: int, columns_per_second: float) -> str:
    """Says why columns are empty or outside, and which there are."""
    if not count:
        return "the grid has no columns"
    each = f" of {1000 / columns_per_second:.4g} ms" if empty else ""
    seconds = f"{count / columns_per_second:.2f}".rstrip("0").removesuffix(".")
    return (
        f"columns {text!r} {'select nothing' if empty else 'are outside'}: the grid has {count} "
        f"columns{each}, 0:{count} or 0s:{seconds}s"
    )


def _check_span(what: str, text: str, start: int, end: int, count: int) -> None:
    if not 0 <= start < end <= count:
        fault = "select nothing" if start >= end else "are outside"
        raise CodesError(f"{what} {text!r} {fault}: there are {count} {what}, 0:{count}")
