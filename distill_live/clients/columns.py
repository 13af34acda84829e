"""The layout of a surface: sections in columns, one control per row, buttons side by side, and one
page to the right of the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from distill_live.clients.surface import Button, Control, Section, Surface


@dataclass(frozen=True)
class Place:
    """The place of one thing: column and row from 0; `slot` counts the buttons of a row.

    `thing` is a section's title, a control or a button. With `typed` it is a request, with a field
    to type a name.
    """

    column: int
    row: int
    thing: str | Control | Button
    slot: int = 0
    typed: bool = False


@dataclass(frozen=True)
class Spacing:
    """The pixels of places: `left` and `top` of the first one, and the distance from one column,
    row or button of a row to the next."""

    left: int
    top: int
    column: int
    row: int
    slot: int

    def corner(self, place: Place) -> tuple[int, int]:
        """The left upper corner of a place."""
        x = self.left + place.column * self.column + place.slot * self.slot
        return x, self.top + place.row * self.row


def row_count(places: Sequence[Place]) -> int:
    """How many rows the longest column has."""
    return max(place.row for place in places) + 1


def column_count(places: Sequence[Place]) -> int:
    """How many columns there are."""
    return max(place.column for place in places) + 1


def arrange(surface: Surface, columns: int, slots: int, typed: bool = True) -> list[Place]:
    """All things of a surface in columns of about the same length, with `slots` buttons in a row;
    each page has up to so many `columns`.

    A section is never split. Without `typed`, sections that have nothing but fields are left out.
    """
    places: list[Place] = []
    for page in surface.pages.values():
        first = column_count(places) if places else 0
        found = _arrange_page(page, columns, slots, typed)
        places += [replace(place, column=first + place.column) for place in found]
    return places


def _arrange_page(surface: Surface, columns: int, slots: int, typed: bool) -> list[Place]:
    sections = [one for one in surface.sections if typed or one.controls or one.buttons]
    heights = [_height(section, slots) for section in sections]
    places: list[Place] = []
    column = row = 0
    for section, height, enough in zip(sections, heights, _ends(heights, columns), strict=True):
        places += _section(section, column, row, slots)
        row += height
        if enough:
            column, row = column + 1, 0
    return places


def _ends(heights: Sequence[int], columns: int) -> list[bool]:
    """Which sections end their column, so that the longest column is as short as possible."""
    for limit in range(max(heights), sum(heights) + 1):
        ends, filled = [], 0
        for height, following in zip(heights, [*heights[1:], 0], strict=True):
            filled += height
            full = bool(following) and filled + following > limit
            ends.append(full)
            filled = 0 if full else filled
        if sum(ends) < columns:
            return ends
    return []


def _section(section: Section, column: int, row: int, slots: int) -> Iterator[Place]:
    yield Place(column, row, section.title)
    row += 1
    for number, control in enumerate(section.controls):
        yield Place(column, row + number, control)
    row += len(section.controls)
    for number, button in enumerate(section.typed):
        yield Place(column, row + number, button, typed=True)
    row += len(section.typed)
    for number, button in enumerate(section.buttons):
        yield Place(column, row + number // slots, button, number % slots)


def _height(section: Section, slots: int) -> int:
    return 1 + len(section.controls) + len(section.typed) + math.ceil(len(section.buttons) / slots)
