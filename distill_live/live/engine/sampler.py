"""The sampler: lets the prior draw the columns that come next, a little at a time."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from typing import NamedTuple

from distill_live.codes.timeline import Codes, Timeline
from distill_live.live.ipc.journal import Journal, as_lists
from distill_live.models.kinds import open_session
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import Sampling

#: How many kinds of draw are handed to an engine that takes over: a fader that never rests makes
#: one for every column.
KEPT_DRAWS = 64


class Draw(NamedTuple):
    """All that a column's draw depends on, but for the model and the past."""

    sampling: Sampling
    seed: int
    take: int


class Sampler:
    """Adds columns at the end of a timeline, as a prior's session draws them."""

    def __init__(self, prior: Prior, timeline: Timeline, journal: Journal) -> None:
        self._timeline, self._journal = timeline, journal
        self._session = open_session(prior, 0)
        self._steps: Generator[None, None, Codes] | None = None
        self._draw: Draw | None = None
        #: How each column of the timeline was drawn, and how those to be drawn again once were.
        self._drawn: dict[int, Draw] = {}
        self._again: dict[int, Draw] = {}
        self._entropy: dict[int, float] = {}

    def entropy(self, column: int) -> float:
        """How undecided the prior was when it drew a column, in bits per code; NaN for one that it
        did not draw, or that is forgotten."""
        return self._entropy.get(column, math.nan)

    @property
    def context_columns(self) -> int:
        """How many columns the prior looks back at most; may be set to fewer."""
        return self._session.context_columns

    @context_columns.setter
    def context_columns(self, columns: int) -> None:
        if columns != self._session.context_columns:
            self._abandon()
            self._session.context_columns = columns

    def advance(self, draw: Draw) -> bool:
        """Draw a part of the next column; True when that completes it.

        A column that is half drawn is begun anew when it shall be drawn differently now.
        """
        draw = self._again.get(self._timeline.end, draw)
        if self._steps is None or draw != self._draw:
            self._abandon()
            self._session.seed, self._session.take = draw.seed, draw.take
            self._steps, self._draw = self._session.steps(draw.sampling), draw
        try:
            next(self._steps)
            return False
        except StopIteration as end:
            self._append(end.value)
            return True

    def is_stale(self, column: int, draw: Draw) -> bool:
        """Whether any column from `column` on was drawn otherwise than by `draw`."""
        columns = range(column, self._timeline.end)
        return any(self._drawn.get(number, draw) != draw for number in columns)

    def cut(self, column: int, again: bool = False) -> None:
        """Forget what is drawn from `column` on; with `again`, it will be drawn as it was.

        Raises CodesError, and forgets nothing, when that lies outside of what is remembered.
        """
        self._abandon()
        # The session remembers at least what the timeline does: it is the timeline that refuses.
        self._timeline.truncate(column)
        self._session.rewind(column)
        later = {number: draw for number, draw in self._drawn.items() if number >= column}
        self._again = self._again | later if again else {}
        self._journal.note("cut", column=column)

    def begin_segment(self, timeline: Timeline) -> None:
        """Draw what follows all that a timeline holds, and knows nothing of before."""
        self._abandon()
        self._session.restart()
        self._session.prime(timeline.raw(0, timeline.end))
        self._timeline, self._drawn, self._again, self._entropy = timeline, {}, {}, {}

    @property
    def draws(self) -> tuple[dict[int, Draw], dict[int, Draw]]:
        """How the newest columns were drawn, and how those to be drawn again once were, as far as
        they had at most `KEPT_DRAWS` kinds of draw."""
        return _newest_kinds(self._drawn), _newest_kinds(self._again)

    def go_on(
        self, timeline: Timeline, drawn: Mapping[int, Draw], again: Mapping[int, Draw]
    ) -> None:
        """Continue the columns of another sampler's timeline."""
        self._abandon()
        self._session.restart(timeline.start)
        self._session.prime(timeline.raw(timeline.start, timeline.end))
        # The session must be able to go back as far as the timeline says it can.
        timeline.forget_before(self._session.oldest)
        self._timeline, self._drawn, self._again = timeline, dict(drawn), dict(again)

    def _append(self, codes: Codes) -> None:
        column, self._steps = self._timeline.end, None
        self._timeline.append(codes)
        if self._draw is not None:
            self._drawn[column] = self._draw
        self._entropy[column] = self._session.entropy
        self._again.pop(column, None)
        self._drawn.pop(self._timeline.start - 1, None)
        self._entropy.pop(self._timeline.start - 1, None)
        self._journal.note("draw", column=column, codes=as_lists(codes))

    def _abandon(self) -> None:
        if self._steps is not None:
            self._steps.close()
            self._steps = None
            self._session.rewind(self._session.column)


def _newest_kinds(draws: Mapping[int, Draw]) -> dict[int, Draw]:
    """The draws of the newest columns, until one more kind would be too many."""
    kept: dict[int, Draw] = {}
    kinds, last = 0, None
    for column in sorted(draws, reverse=True):
        draw = draws[column]
        if draw is not last:
            kinds, last = kinds + 1, draw
        if kinds > KEPT_DRAWS:
            break
        kept[column] = draw
    return kept
