"""The newest sound, which is repeated when there is no time to make more, and its codes."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes
from distill_live.live.ipc.ring import SAMPLE_RATE, Samples

#: Samples that are kept: two seconds.
RECENT = 96_000
#: How long codes are kept after they were heard, in samples: a minute, and what a capture looks at
#: beyond it.
RECENT_CODES = 62 * SAMPLE_RATE

#: The codes [F, Q] of a column, and the ring position at which its sound begins.
HeardColumn = tuple[int, NDArray[np.int64]]


class Recent:
    """The newest `RECENT` samples, in pieces by ring position, without gaps."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Samples]] = deque()

    @property
    def length(self) -> int:
        """How many samples are kept."""
        return sum(len(samples) for _, samples in self._pieces)

    def last(self, length: int) -> Samples:
        """The last `length` samples [N]; fewer if fewer are kept."""
        pieces = [samples for _, samples in self._pieces]
        return np.concatenate([np.zeros(0, np.float32), *pieces])[-length:]

    def append(self, position: int, samples: Samples) -> None:
        """Add samples [N] that begin at a ring position; the oldest make room."""
        self._pieces.append((position, samples))
        end = position + len(samples)
        while self._pieces[0][0] + len(self._pieces[0][1]) < end - RECENT:
            self._pieces.popleft()

    def cut(self, position: int) -> None:
        """Forget the samples from ring position `position` on."""
        while self._pieces and self._pieces[-1][0] >= position:
            self._pieces.pop()
        if self._pieces:
            start, samples = self._pieces.pop()
            self._pieces.append((start, samples[: position - start]))


class RecentCodes:
    """The codes that were heard in the last minute, by ring position."""

    def __init__(self) -> None:
        self._columns: deque[HeardColumn] = deque()

    def append(self, position: int, codes: NDArray[np.int64]) -> None:
        """Add a column's codes [F, Q], heard from a ring position on; the oldest make room."""
        self._columns.append((position, codes))
        while self._columns[0][0] < position - RECENT_CODES:
            self._columns.popleft()

    def last(
        self,
        now: Sequence[HeardColumn],
        end: int,
        count: int,
        length: int,
        shape: tuple[int, int],
    ) -> Codes:
        """The last `count` columns [T, F, Q] of `length` samples up to ring position `end`; fewer
        if no more are known. `now` are columns that were heard after all others.

        Loops and holds play parts of columns, or one column for long. A column of the result has
        the codes that were heard in its middle. It ends with the last column of which at least
        half was heard.
        """
        columns = [*self._columns, *now]
        if not columns:
            return np.zeros((0, *shape), np.int64)
        positions = [position for position, _ in columns]
        newest = positions[-1]
        if end - newest < length // 2:
            newest -= length
        middles = [newest - back * length + length // 2 for back in reversed(range(count))]
        found = [bisect_right(positions, middle) - 1 for middle in middles]
        codes = [columns[place][1] for place in found if place >= 0]
        return np.stack(codes) if codes else np.zeros((0, *shape), np.int64)
