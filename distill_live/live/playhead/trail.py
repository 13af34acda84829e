"""The trail of a playhead: what it has made, by ring position, and what was heard before that."""

from __future__ import annotations

from collections.abc import Iterator

from distill_live.codes.timeline import Codes
from distill_live.live.ipc.ring import Samples
from distill_live.live.past.past import HeardColumn, Past
from distill_live.live.past.recent import Recent
from distill_live.live.playhead.marks import Mark, Marks


class Trail:
    """Remembers what was made; `position` is the next sample's place in the ring."""

    def __init__(self, position: int) -> None:
        self.position = position
        #: Where sound begins that is not over.
        self.marks = Marks()
        #: The columns whose sound is over.
        self.past = Past()
        self._recent = Recent()

    @property
    def remembered(self) -> int:
        """How many of the last samples are kept."""
        return self._recent.length

    def last(self, length: int) -> Samples:
        """The last `length` samples, or all that are kept."""
        return self._recent.last(length)

    def add(self, samples: Samples) -> Samples:
        """Note samples that were made, and return them."""
        self._recent.append(self.position, samples)
        self.position += len(samples)
        return samples

    def go_back_to(self, mark: Mark, position: int) -> None:
        """Forget what was made from a mark on: a column as a whole, a repetition from a ring
        position on."""
        self.marks.go_back_to(mark)
        self._cut(max(position, mark.position) if mark.repeated else mark.position)

    def drop_from(self, position: int) -> None:
        """Forget what was made from a ring position on, which may lie ahead."""
        self.marks.drop_from(position)
        self._cut(position)

    def forget_before(self, position: int) -> None:
        """Drop the marks of sound that is over, and remember its columns as heard."""
        for column in self.marks.forget_before(position):
            self.past.append(column)

    def made_columns(self, position: int) -> list[int]:
        """The columns of the sound that is made from a ring position on, each once."""
        if position >= self.position:
            return []
        begin = self.marks.at(position)
        marks = [
            mark
            for mark in self.marks
            if not mark.repeated and (begin is None or mark.position >= begin.position)
        ]
        return list(dict.fromkeys(mark.state.column for mark in marks))

    def heard(self, position: int, count: int, length: int, shape: tuple[int, int]) -> Codes:
        """The last `count` columns [T, F, Q], of this shape [F, Q] and of `length` samples, that
        were heard up to a ring position, as far as that is known."""
        return self.past.codes(self.marks.heard(position), position, count, length, shape)

    def back_from(self, position: int) -> Iterator[HeardColumn]:
        """What is heard before a ring position, the last column first; see `Past.back_from`."""
        return self.past.back_from(position, self.marks.heard(min(position, self.position)))

    def _cut(self, position: int) -> None:
        self.position = position
        self._recent.cut(position)
