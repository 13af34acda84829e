"""A grid in the terminal: in colours, or as numbers where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from rich.text import Text

from distill_live.codes.grid import CodeGrid
from distill_live.escapes import escape
from distill_live.views.grid_view import GridView
from distill_live.views.png import shade_indices, shades
from distill_live.views.seconds_axis import ticks

# The upper half of a character's place in the text's colour, the lower half in the background's.
_HALVES = "▀"
_WIDEST_CELL = 4
_LEAST_ROOM = 8


def colour_lines(view: GridView, width: int) -> Iterator[Text]:
    """A view with at least one column, in lines of at most `width` characters; two bands share
    one."""
    gutter = _gutter(view.labels, view.values.shape[1])
    room = max(width - gutter, _LEAST_ROOM)
    values, together = view.panels(room)
    each = min(max(room // values.shape[2], 1), _WIDEST_CELL)
    colours = shades()[shade_indices(values)].repeat(each, axis=2)
    bands = values.shape[1]
    for label, panel in zip(view.labels, colours, strict=True):
        for row in range(0, bands, 2):
            head = _head(label if row == 0 else "", bands - 1 - row, gutter)
            yield Text(head).append_text(_coloured(panel[row], panel[row + 1 : row + 2]))
        yield Text()
    yield Text(" " * gutter + _axis(view, each * len(view.values) / together))
    note = f"; {together} columns in each place" if together > 1 else ""
    yield Text(" " * gutter + f"seconds{note}; {view.key}")


def number_lines(
    grid: CodeGrid, width: int, first: int, levels: NDArray[np.bool_]
) -> Iterator[str]:
    """The codes of a grid as numbers, in the chosen `levels` `[Q]` and in sections that `width`
    allows; its first column is column `first` of a longer grid."""
    columns, bands, _ = grid.codes.shape
    gutter = _gutter(grid.level_labels, bands)
    digits = len(str(grid.codebook_size - 1)) + 1
    across = max((width - gutter + 1) // digits, 1)
    seconds = grid.column_seconds
    for start in range(0, columns, across):
        end = min(start + across, columns)
        times = f"{(first + start) * seconds:.2f}s:{(first + end) * seconds:.2f}s"
        yield f"columns {first + start}:{first + end}, {times}"
        for level in levels.nonzero()[0]:
            for band in reversed(range(bands)):
                label = grid.level_labels[level] if band == bands - 1 else ""
                codes = grid.codes[start:end, band, level]
                yield _head(label, band, gutter) + " ".join(f"{c:{digits - 1}}" for c in codes)
        yield ""


def _gutter(labels: Sequence[str], bands: int) -> int:
    """How wide the labels on the left are, with the space after them."""
    return max(len(escape(label)) for label in labels) + len(str(bands)) + 2


def _head(label: str, band: int, gutter: int) -> str:
    """The label to the left of a row: bands count from 0 here, and from 1 for who reads it."""
    number = f" {band + 1} "
    return f"{escape(label)}".ljust(gutter - len(number)) + number


def _coloured(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> Text:
    """Colours `[n, 3]` above others `[1, n, 3]`, or above none `[0, n, 3]`."""
    line = Text()
    below = lower[0] if len(lower) else [None] * len(upper)
    for above, beneath in zip(upper, below, strict=True):
        line.append(_HALVES, Style(color=_colour(above), bgcolor=_colour(beneath)))
    return line


def _colour(levels: NDArray[np.uint8] | None) -> Color | None:
    return None if levels is None else Color.from_rgb(*map(int, levels))


def _axis(view: GridView, width: float) -> str:
    """Times below the columns, which are so many characters wide together."""
    line = ""
    for tick in ticks(view.start_seconds, view.end_seconds, max(int(width) // 7, 2)):
        place = round(tick.place * width)
        if place >= len(line) and place + len(tick.label) <= max(width, len(tick.label)):
            line = line.ljust(place) + tick.label + " "
    return line.rstrip()
