"""The marks that a playhead leaves: its state before each piece of sound that is not over."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from distill_live.live.past.past import HeardColumn, Row
from distill_live.live.playhead.decoder import DecoderMark
from distill_live.live.playhead.motion import Hold, State


class Played(NamedTuple):
    """A column of a segment as it was played: its codes [F, Q] as drawn, under the overlays, and
    after the edits."""

    segment: int
    raw: Row
    laid: Row
    codes: Row


@dataclass(frozen=True)
class Mark:
    """The state, and the decoder, before the sound from ring position `position` on was made.

    `played` is the column that made it; without one, that sound was not a column but a repetition
    of what came before.
    """

    position: int
    state: State
    decoder: DecoderMark
    played: Played | None = None

    @property
    def repeated(self) -> bool:
        """Whether that sound was a repetition."""
        return self.played is None

    def heard(self, end: int) -> HeardColumn | None:
        """What is heard of the column up to ring position `end`; None for a repetition."""
        if self.played is None:
            return None
        state = self.state
        held = isinstance(state.motion, Hold)
        return HeardColumn(self.position, end, state.column, state.sample, held, *self.played)


class Marks:
    """The marks of the sound that is not over, the oldest first."""

    def __init__(self) -> None:
        self._marks: deque[Mark] = deque()

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._marks)

    def append(self, mark: Mark) -> None:
        """Add the newest mark."""
        self._marks.append(mark)

    def at(self, position: int) -> Mark | None:
        """The newest mark at or before a ring position."""
        return next((mark for mark in reversed(self._marks) if mark.position <= position), None)

    def first(self, position: int) -> Mark | None:
        """The oldest mark at or after a ring position."""
        return next((mark for mark in self._marks if mark.position >= position), None)

    def drop_from(self, position: int) -> None:
        """Drop the marks at and after a ring position."""
        while self._marks and self._marks[-1].position >= position:
            self._marks.pop()

    def go_back_to(self, mark: Mark) -> None:
        """Drop a mark and all newer ones."""
        while self._marks.pop() is not mark:
            pass

    def forget_before(self, position: int) -> list[HeardColumn]:
        """Drop the marks of sound that is over; returns the columns that were heard."""
        columns = []
        while len(self._marks) > 1 and self._marks[1].position <= position:
            column = self._marks.popleft().heard(self._marks[0].position)
            if column is not None:
                columns.append(column)
        return columns

    def heard(self, end: int) -> list[HeardColumn]:
        """The columns of the sound that is made up to ring position `end`, the oldest first."""
        ends = [*[mark.position for mark in self._marks][1:], end]
        columns = [
            mark.heard(min(last, end))
            for mark, last in zip(self._marks, ends, strict=False)
            if mark.position <= end
        ]
        return [column for column in columns if column is not None]
