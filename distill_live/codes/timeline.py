"""The code timeline: columns that were played, the current one, and those still to be played."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import CodesError

Codes = NDArray[np.int64]


class Timeline:
    """Columns of codes by absolute index, the newest `capacity` of them, in two planes.

    `raw` codes are as they were drawn, `edited` codes as they were last played; until a column is
    played both are the same. `end` is the index after the newest column; columns before `start`
    are forgotten. A timeline is a segment: codes of one model, from one beginning.

    `changes` counts what happens to columns, so that whoever shows them finds what is new.
    """

    def __init__(self, bands: int, levels: int, capacity: int) -> None:
        self._planes: Codes = np.zeros((2, capacity, bands, levels), np.int64)
        self.end = 0
        self._first = 0
        self.changes = 0
        #: For each column: when it last changed, and whether it is to be played otherwise than the
        #: edited codes say, or for the first time.
        self._changed = np.zeros(capacity, np.int64)
        self._unplayed = np.zeros(capacity, bool)

    @classmethod
    def holding(cls, start: int, raw: Codes, edited: Codes, capacity: int) -> Timeline:
        """A timeline with these columns from index `start` on, as drawn and as played, both
        [T, F, Q]."""
        timeline = cls(raw.shape[1], raw.shape[2], capacity)
        timeline.end = timeline._first = start
        timeline.append(raw)
        for column in range(timeline.start, timeline.end):
            timeline.set_edited(column, edited[column - start][None])
        return timeline

    @property
    def capacity(self) -> int:
        """How many columns are remembered."""
        return int(self._planes.shape[1])

    @property
    def shape(self) -> tuple[int, int]:
        """(bands, levels) of a column."""
        _, _, bands, levels = self._planes.shape
        return bands, levels

    @property
    def start(self) -> int:
        """Index of the oldest column that is remembered."""
        return max(self._first, self.end - self.capacity)

    def append(self, columns: Codes) -> None:
        """Add drawn columns [T, F, Q] at the end."""
        for column in columns:
            place = self.end % self.capacity
            self._planes[:, place] = column
            self.end += 1
            self._note_change(place, unplayed=True)

    def append_played(self, columns: Codes, played: Codes) -> None:
        """Add columns [T, F, Q] at the end, the first of which were `played` [k, F, Q] before."""
        first = self.end
        self.append(columns)
        for column, codes in enumerate(played, first):
            if column >= self.start:
                self.set_edited(column, codes[None])

    def forget_before(self, column: int) -> None:
        """Forget the columns before `column`."""
        self._first = min(max(self.start, column), self.end)

    def truncate(self, end: int) -> None:
        """Forget all columns from index `end` on. Raises CodesError outside `start`..`end`."""
        if not self.start <= end <= self.end:
            raise CodesError(
                f"cannot go back to column {end}: the timeline holds {self.start} to {self.end}"
            )
        self._first = self.start
        self.end = end

    def set_edited(self, column: int, codes: Codes) -> None:
        """Note the codes [1, F, Q] with which a column is played.

        Raises CodesError for a column it does not hold.
        """
        self._require(column, column + 1)
        place = column % self.capacity
        self._planes[1, place] = codes[0]
        self._note_change(place, unplayed=False)

    def touch(self, start: int, end: int) -> None:
        """Note that columns, as far as it holds them, will be played otherwise than before."""
        held = np.arange(max(start, self.start), min(end, self.end))
        self._note_change(held % self.capacity, unplayed=True)

    def changed_since(self, count: int, start: int, end: int) -> NDArray[np.int64]:
        """The columns, of those from `start` to `end` that it holds, that have changed since
        `changes` was `count`."""
        held = np.arange(max(start, self.start), min(end, self.end))
        return held[self._changed[held % self.capacity] > count]

    def unplayed(self, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some columns [n] that it holds were not played since they were drawn or
        touched."""
        found: NDArray[np.bool_] = self._unplayed[columns % self.capacity]
        return found

    def both(self, columns: NDArray[np.int64]) -> tuple[Codes, Codes]:
        """Copies of some columns [n, F, Q] that it holds, as drawn and as played."""
        raw, edited = self._planes[:, columns % self.capacity]
        return raw, edited

    def raw(self, start: int, end: int) -> Codes:
        """A copy of columns [end - start, F, Q] as drawn.

        Raises CodesError for columns it does not hold.
        """
        return self._copy(0, start, end)

    def edited(self, start: int, end: int) -> Codes:
        """A copy of columns [end - start, F, Q] as played.

        Raises CodesError for columns it does not hold.
        """
        return self._copy(1, start, end)

    def _copy(self, plane: int, start: int, end: int) -> Codes:
        self._require(start, end)
        columns: Codes = self._planes[plane, np.arange(start, end) % self.capacity]
        return columns

    def _note_change(self, places: int | NDArray[np.int64], unplayed: bool) -> None:
        self.changes += 1
        self._changed[places] = self.changes
        self._unplayed[places] = unplayed

    def _require(self, start: int, end: int) -> None:
        if not self.start <= start <= end <= self.end:
            raise CodesError(
                f"columns {start} to {end} are not available: the timeline holds {self.start} to "
                f"{self.end}"
            )
