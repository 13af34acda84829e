"""The columns that were heard lately, by ring position."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes, Timeline
from distill_live.live.ipc.keepsake import HEARD_NUMBERS, TIMELINE_COLUMNS
from distill_live.live.ipc.ring import SAMPLE_RATE

#: How long columns are kept at least, in samples: a minute, and what a capture looks at beyond it.
LEAST_KEPT = 62 * SAMPLE_RATE

#: The codes [F, Q] of a column.
Row = NDArray[np.int64]


class HeardColumn(NamedTuple):
    """A column, or a part of one, that was heard from ring position `position` to `end`.

    Its sound begins at `sample` of the segment with the number `segment`; `held` says that the
    column was held. Its codes are those that were drawn (`raw`), those under the overlays (`laid`)
    and those that were played (`codes`).
    """

    position: int
    end: int
    column: int
    sample: int
    held: bool
    segment: int
    raw: Row
    laid: Row
    codes: Row

    @property
    def length(self) -> int:
        """How many samples were heard."""
        return self.end - self.position

    @property
    def last_sample(self) -> int:
        """The sample of the segment after the last one that was heard."""
        return self.sample + self.length


class Past:
    """Columns in the order in which they were heard, as many as a timeline has.

    `note_jump` says where the sound went back to what was heard before. What it took back counts as
    if it had never been heard, except for `codes`.
    """

    def __init__(self) -> None:
        self._columns: deque[HeardColumn] = deque()
        #: The numbers of the newest ones, each with its segment, in a ring; how many there were.
        self._numbers = np.zeros((TIMELINE_COLUMNS, HEARD_NUMBERS + 1), np.int64)
        self._count = 0
        #: For each ring position at which the sound went back: the one that it went back to.
        self._returns: dict[int, int] = {}

    def append(self, column: HeardColumn) -> None:
        """Add a column; the oldest make room."""
        columns = self._columns
        columns.append(column)
        self._numbers[self._count % TIMELINE_COLUMNS] = column[: HEARD_NUMBERS + 1]
        self._count += 1
        while len(columns) > TIMELINE_COLUMNS and columns[0].end < column.end - LEAST_KEPT:
            self._returns.pop(columns.popleft().position, None)

    def kept(self, segment: int) -> tuple[NDArray[np.int64], dict[int, int]]:
        """What a keepsake keeps of it: the columns of a segment, as numbers, and its jumps."""
        known = np.arange(max(self._count - TIMELINE_COLUMNS, 0), self._count) % TIMELINE_COLUMNS
        numbers = self._numbers[known]
        return numbers[numbers[:, -1] == segment, :-1], self._returns

    def restore(
        self, numbers: NDArray[np.int64], returns: Mapping[int, int], segment: int, known: Timeline
    ) -> None:
        """Take over the past of another engine, as a keepsake has it, as far as the columns are
        `known`; they belong to the segment with this number."""
        self._returns = dict(returns)
        unknown = np.flatnonzero((numbers[:, 2] < known.start) | (numbers[:, 2] >= known.end))
        first = int(unknown[-1]) + 1 if len(unknown) else 0
        for position, end, column, sample, held in numbers[first:].tolist():
            raw = known.raw(column, column + 1)[0]
            codes = known.edited(column, column + 1)[0]
            self.append(
                HeardColumn(position, end, column, sample, bool(held), segment, raw, raw, codes)
            )

    def note_jump(self, position: int, back_to: int | None = None) -> None:
        """From a ring position on something else is played: what was heard at `back_to` on, or what
        was not heard before (None)."""
        self._returns = {at: to for at, to in self._returns.items() if at < position}
        if back_to is not None:
            self._returns[position] = back_to

    def back_from(self, position: int, now: Sequence[HeardColumn]) -> Iterator[HeardColumn]:
        """What was heard before a ring position, the last column first; `now` are columns that are
        heard after those that were added."""
        for column in (*reversed(now), *reversed(self._columns)):
            if column.position < min(position, column.end):
                yield column._replace(end=min(column.end, position))
                position = self._returns.get(column.position, column.position)

    def codes(
        self,
        now: Sequence[HeardColumn],
        end: int,
        count: int,
        length: int,
        shape: tuple[int, int],
    ) -> Codes:
        """The last `count` columns [T, F, Q] of `length` samples up to ring position `end`, as they
        were played; fewer if no more are known. `now` is as for `back_from`.

        Loops and holds play parts of columns, or one column for long. A column of the result has
        the codes that were heard in its middle. It ends with the last column of which at least
        half was heard.
        """
        columns = [column for column in (*self._columns, *now) if column.position <= end]
        if not columns:
            return np.zeros((0, *shape), np.int64)
        positions = [column.position for column in columns]
        newest = positions[-1]
        if end - newest < length // 2:
            newest -= length
        middles = [newest - back * length + length // 2 for back in reversed(range(count))]
        found = [bisect_right(positions, middle) - 1 for middle in middles]
        codes = [columns[place].codes for place in found if place >= 0]
        return np.stack(codes) if codes else np.zeros((0, *shape), np.int64)
