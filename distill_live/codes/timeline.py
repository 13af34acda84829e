"""The code timeline: the columns that were played, that sound, and that wait to be heard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import CodesError

Codes = NDArray[np.int64]


class Timeline:
    """Columns of codes by absolute index, the newest `capacity` of them.

    `end` is the index after the newest column; columns before `start` are forgotten.
    """

    def __init__(self, bands: int, levels: int, capacity: int) -> None:
        self._columns: Codes = np.zeros((capacity, bands, levels), np.int64)
        self.end = 0
        self._first = 0

    @property
    def start(self) -> int:
        """Index of the oldest column that is still known."""
        return max(self._first, self.end - len(self._columns))

    def append(self, columns: Codes) -> None:
        """Add columns [T, F, Q] at the end."""
        for column in columns:
            self._columns[self.end % len(self._columns)] = column
            self.end += 1

    def truncate(self, end: int) -> None:
        """Forget all columns from index `end` on. Raises CodesError outside `start`..`end`."""
        if not self.start <= end <= self.end:
            raise CodesError(
                f"cannot go back to column {end}: the timeline holds {self.start} to {self.end}"
            )
        self._first = self.start
        self.end = end

    def columns(self, start: int, end: int) -> Codes:
        """A copy of columns [end - start, F, Q]. Raises CodesError for columns it does not hold."""
        if not self.start <= start <= end <= self.end:
            raise CodesError(
                f"columns {start} to {end} are not known: "
                f"the timeline holds {self.start} to {self.end}"
            )
        return self._columns[np.arange(start, end) % len(self._columns)]
