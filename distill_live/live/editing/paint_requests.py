"""Requests for overlays that are not made yet: single cells, and regions to be edited once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from distill_live.codes.timeline import Codes

#: How a place is given: by a column's number; by how many columns it comes after the one in which a
#: change can be heard first; or all columns that a hold or a loop repeats.
Where = Literal["at", "ahead", "loop"]


@dataclass(frozen=True)
class CellRequest:
    """A code for one cell; bands and levels count from 0."""

    number: int
    where: Where
    column: int
    band: int
    level: int
    code: int


@dataclass(frozen=True)
class RegionRequest:
    """An edit, as text, for `count` columns from `first` on. `partner` [P, F, Q] is the grid that
    the text names, where it names one, or what a region becomes that was drawn again. `until` is
    the end of the columns that it waits for, or 0 if it has not waited."""

    number: int
    where: Where
    first: int
    count: int
    text: str
    partner: Codes | None = None
    until: int = 0


class PaintRequests:
    """Keeps requests in the order in which they are made, by the numbers of their overlays."""

    def __init__(self) -> None:
        #: Requests that nobody has looked at, each with its place in the order of all.
        self._asked: dict[int, tuple[int, CellRequest | RegionRequest]] = {}
        #: Regions whose columns are not all drawn yet, by their numbers.
        self.waiting: dict[int, RegionRequest] = {}
        #: The highest number of an overlay that control knows, and how many requests there were.
        self.newest = self.count = 0
        #: The numbers of regions that another process is drawing again.
        self.away: set[int] = set()
        # Up to which number all overlays belonged to an earlier segment.
        self._gone = 0

    def add(self, request: CellRequest | RegionRequest) -> None:
        """Keep a request, unless there is one with its number; a region that was drawn again takes
        the place of its own request."""
        number = request.number
        if isinstance(request, RegionRequest) and request.partner is not None:
            self.drop([number])
        if not (number in self._asked or number in self.waiting):
            self._asked[number] = self.count, request

    def note_numbers(self, numbers: Iterable[int]) -> None:
        """Note that control knows overlays with these numbers."""
        self.newest = max([self.newest, *numbers])

    def begin_segment(self, newest: int) -> list[int]:
        """Drop the requests up to this number, whose columns are gone; returns their numbers."""
        self._gone = newest
        late = [
            number for number in (*self.waiting, *self._asked, *self.away) if self.is_gone(number)
        ]
        self.drop(late)
        return late

    def is_gone(self, number: int) -> bool:
        """Whether an overlay belongs to an earlier segment, so that control forgets it."""
        return number <= self._gone

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget requests with these numbers."""
        for number in numbers:
            self._asked.pop(number, None)
            self.waiting.pop(number, None)
            self.away.discard(number)

    def asked(self, before: int | None = None) -> list[CellRequest | RegionRequest]:
        """Those of the first `before` requests, or of all, that nobody has looked at."""
        return [one for place, one in self._asked.values() if before is None or place < before]
