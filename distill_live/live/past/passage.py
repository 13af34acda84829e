"""The last passage that was heard, and how it can be played again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np

from distill_live.codes.timeline import Timeline
from distill_live.live.past.past import HeardColumn

#: Samples of a segment, from the first number on, without the last one.
Piece = tuple[int, int]


class Passage:
    """The last `count` samples of what was heard, which `columns` gives, the last column first.

    It has fewer samples if no more are known, or if they are in more than `most` columns.
    """

    def __init__(self, columns: Iterator[HeardColumn], count: int, most: int) -> None:
        self._earlier = columns
        found: list[HeardColumn] = []
        left = count
        while left > 0 and len(found) < most and (column := next(columns, None)) is not None:
            beyond = max(column.length - left, 0)
            found.append(
                column._replace(position=column.position + beyond, sample=column.sample + beyond)
            )
            left -= column.length - beyond
        #: Its columns, the oldest first, without what lies before it, and the samples it lacks.
        self.columns, self.missing = found[::-1], left

    @property
    def begins_at(self) -> int | None:
        """The ring position at which it began to be heard; None if nothing was heard."""
        return self.columns[0].position if self.columns else None

    @property
    def length(self) -> int:
        """How many samples it has."""
        return sum(column.length for column in self.columns)

    def is_one_piece_of(self, segment: int) -> bool:
        """Whether it is a part of this segment, played without a jump."""
        return all(column.segment == segment for column in self.columns) and all(
            column.sample == before.last_sample for before, column in pairwise(self.columns)
        )

    def pieces_in(self, segment: int, timeline: Timeline) -> list[Piece] | None:
        """Its pieces, as samples of this segment, if the segment still has all that was heard;
        otherwise None."""
        for column in self.columns:
            is_there = timeline.start <= column.column < timeline.end
            if column.segment != segment or column.held or not is_there:
                return None
            if not np.array_equal(timeline.raw(column.column, column.column + 1)[0], column.raw):
                return None
        return _joined([(column.sample, column.last_sample) for column in self.columns])

    def before(self, count: int) -> list[HeardColumn]:
        """The last `count` columns that were heard before it, the oldest first; fewer if no more
        are known. It can be asked once."""
        return list(islice(self._earlier, count))[::-1]

    def pieces_at(self, first: int, column_samples: int) -> list[Piece]:
        """Its pieces, as samples of a segment that has its columns from column `first` on, one
        after the other."""
        moved = [
            column.sample + column_samples * (number - column.column)
            for number, column in enumerate(self.columns, first)
        ]
        lengths = [column.length for column in self.columns]
        return _joined([(at, at + length) for at, length in zip(moved, lengths, strict=True)])


def _joined(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, where those that follow each other without a gap are one."""
    joined = pieces[:1]
    for begin, end in pieces[1:]:
        if begin == joined[-1][1]:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
    return joined
