"""The sampler: has the prior draw the next columns, a little at a time."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import NamedTuple

from distill_live.codes.timeline import Codes, Timeline
from distill_live.live.editing.followed import Followed
from distill_live.live.ipc.journal import Journal, as_lists
from distill_live.models.kinds import open_session
from distill_live.models.prior.base import Prior
from distill_live.models.prior.manner import MannerTable
from distill_live.models.prior.sampling import REPETITION_COLUMNS, Sampling
from distill_live.models.prior.sections import Sections

#: How many different draws are handed over to the next engine: a fader that never rests makes one
#: for every column.
KEPT_DRAWS = 64
#: How many tables are kept for columns that must be drawn again as before.
KEPT_TABLES = 4
#: How many columns of a clip lead the sampling, the last ones: to count more would take too long.
MANNER_COLUMNS = 8192


class Draw(NamedTuple):
    """All that a column depends on besides the model and the columns before it.

    `manner` is the key of the table that leads the sampling, "" if there is none: tables are too
    large to be handed over to the next engine with every draw. With `follow`, the columns before it
    count as they are played, otherwise as they were drawn.
    """

    sampling: Sampling
    seed: int
    take: int
    manner: str = ""
    follow: bool = False


class _Fed(NamedTuple):
    """What a column was drawn after: so many `columns`, of which those before `played` had been
    played, and a checksum of them."""

    columns: int
    played: int
    checksum: int


class Sampler:
    """Adds columns at the end of a timeline, as a prior session draws them.

    `followed` gives the columns as they are played, for draws that follow them.
    """

    def __init__(
        self,
        prior: Prior,
        timeline: Timeline,
        journal: Journal,
        followed: Callable[[], Followed] | None = None,
        sections: Sections | None = None,
    ) -> None:
        #: The sections that a draw can keep to.
        self.sections = sections
        self._timeline, self._journal = timeline, journal
        self._prior_session = open_session(prior, 0)
        self._codebook_size = prior.config.codebook_size
        self._steps: Generator[None, None, Codes] | None = None
        self._draw: Draw | None = None
        #: How each column of the timeline was drawn, and how those to be drawn again were before.
        self._drawn: dict[int, Draw] = {}
        self._again: dict[int, Draw] = {}
        self._entropy: dict[int, float] = {}
        self._tables: dict[str, MannerTable] = {}
        self._followed = followed
        #: What each column was drawn after that followed, and what the half-drawn one is.
        self._fed: dict[int, _Fed] = {}
        self._feeding: _Fed | None = None
        #: Whether the session may know columns otherwise than they were drawn.
        self._knows_edited = False

    def entropy(self, column: int) -> float:
        """How undecided the prior was when it drew a column, in bits per code; NaN for a column
        that it did not draw or has forgotten."""
        return self._entropy.get(column, math.nan)

    def is_drawn(self, column: int) -> bool:
        """Whether it knows how a column was drawn: not if it was given, or drawn long ago by the
        engine before."""
        return column in self._drawn

    @property
    def context_columns(self) -> int:
        """How many columns the prior looks back at most; can be set to fewer."""
        return self._prior_session.context_columns

    @context_columns.setter
    def context_columns(self, columns: int) -> None:
        if columns != self._prior_session.context_columns:
            self._abandon()
            self._prior_session.context_columns = columns

    def learn_manner(self, codes: Codes) -> str:
        """Make the table of a clip's codes [T, F, Q], which must fit the prior: its key.

        The last KEPT_TABLES tables are known.
        """
        table = MannerTable(codes[-MANNER_COLUMNS:], self._codebook_size)
        self._tables.pop(table.key, None)
        self._tables[table.key] = table
        for key in list(self._tables)[:-KEPT_TABLES]:
            del self._tables[key]
        return table.key

    def advance(self, draw: Draw) -> bool:
        """Draw a part of the next column; True when that completes it.

        A half-drawn column is begun again if it must be drawn differently now. A column whose table
        is not known is drawn without it.
        """
        draw = self._again.get(self._timeline.end, draw)
        if draw.manner and draw.manner not in self._tables:
            draw = draw._replace(sampling=replace(draw.sampling, manner=0.0), manner="")
        if self._steps is None or draw != self._draw:
            self._abandon()
            self._prior_session.seed, self._prior_session.take = draw.seed, draw.take
            self._feed(draw)
            sampling = replace(draw.sampling, sections=self.sections)
            if draw.manner:
                sampling = replace(sampling, manner_table=self._tables[draw.manner])
            self._steps, self._draw = self._prior_session.steps(sampling), draw
        try:
            next(self._steps)
            return False
        except StopIteration as end:
            self._append(end.value)
            return True

    def is_stale(self, column: int, draw: Draw) -> bool:
        """Whether any column from `column` on was drawn otherwise than `draw` says."""
        columns = range(column, self._timeline.end)
        return any(self._drawn.get(number, draw) != draw for number in columns)

    def is_fed_otherwise(self, column: int) -> bool:
        """Whether any column from `column` on was drawn after columns that are now played
        otherwise; one that is half drawn is then begun again."""
        if self._followed is None:
            return False
        followed, end = self._followed(), self._timeline.end
        if self._feeding is not None and not self._is_fed(end, self._feeding, followed):
            self._abandon()
        return any(
            not self._is_fed(number, self._fed[number], followed)
            for number in range(column, end)
            if number in self._fed
        )

    def next_drawn(self, column: int) -> int:
        """The first column from `column` on that was drawn, or else the end: those that were given
        are left out."""
        later = range(column, self._timeline.end)
        return next((one for one in later if one in self._drawn), self._timeline.end)

    def cut(self, column: int, again: bool = False) -> None:
        """Forget the columns from `column` on; with `again`, they will be drawn as before, and
        those that were given stay.

        Raises CodesError, and forgets nothing, when `column` is not remembered.
        """
        self._abandon()
        if again:
            column = self.next_drawn(column)
        # The session remembers at least as much as the timeline, which therefore raises first.
        self._timeline.truncate(column)
        self._prior_session.rewind(column)
        dropped = {number: draw for number, draw in self._drawn.items() if number >= column}
        self._drawn = {number: draw for number, draw in self._drawn.items() if number < column}
        self._fed = {number: fed for number, fed in self._fed.items() if number < column}
        self._again = self._again | dropped if again else {}
        self._journal.note("cut", column=column)

    def give(self, codes: Codes, played: Codes) -> None:
        """Add columns [T, F, Q] at the end of the timeline instead of drawing them, the first of
        which were `played` [k, F, Q] before."""
        self._abandon()
        column = self._timeline.end
        self._prior_session.prime(codes)
        self._timeline.append_played(codes, played)
        self._again = {}
        start = self._timeline.start
        self._drawn = {number: draw for number, draw in self._drawn.items() if number >= start}
        self._entropy = {number: bits for number, bits in self._entropy.items() if number >= start}
        self._fed = {number: fed for number, fed in self._fed.items() if number >= start}
        self._journal.note("give", column=column, codes=codes.tolist(), played=played.tolist())

    def begin_segment(self, timeline: Timeline) -> None:
        """Continue the columns of a new timeline, and forget all others."""
        self._abandon()
        self._prior_session.restart()
        self._prior_session.prime(timeline.raw(0, timeline.end))
        self._timeline, self._drawn, self._again, self._entropy = timeline, {}, {}, {}
        self._fed = {}

    @property
    def draws(self) -> tuple[dict[int, Draw], dict[int, Draw]]:
        """How the newest columns were drawn, and how those to be drawn again were before: as many
        as have at most `KEPT_DRAWS` different draws."""
        return _newest_kinds(self._drawn), _newest_kinds(self._again)

    def go_on(
        self, timeline: Timeline, drawn: Mapping[int, Draw], again: Mapping[int, Draw]
    ) -> None:
        """Continue a timeline that another sampler has drawn."""
        self._abandon()
        self._prior_session.restart(timeline.start)
        self._prior_session.prime(timeline.raw(timeline.start, timeline.end))
        # The session must be able to go back as far as the timeline says it can.
        timeline.forget_before(self._prior_session.oldest)
        self._timeline, self._drawn, self._again = timeline, dict(drawn), dict(again)
        self._fed = {}

    def _feed(self, draw: Draw) -> None:
        """Let the session know the columns before the next one as a draw wants them."""
        end = self._timeline.end
        if draw.follow and self._followed is not None:
            followed = self._followed()
            count = max(self.context_columns, REPETITION_COLUMNS)
            before = followed.before(end, count, followed.upcoming)
            self._feeding = _Fed(count, followed.upcoming, _checksum(before))
            self._knows_edited = True
            self._prior_session.commit(before)
        elif self._knows_edited:
            start = max(end - self.context_columns - REPETITION_COLUMNS, self._timeline.start)
            self._prior_session.commit(self._timeline.raw(start, end))

    def _is_fed(self, column: int, fed: _Fed, followed: Followed) -> bool:
        """Whether a column was drawn after the columns before it as they are played now."""
        return _checksum(followed.before(column, fed.columns, fed.played)) == fed.checksum

    def _append(self, codes: Codes) -> None:
        column, self._steps = self._timeline.end, None
        self._timeline.append(codes)
        if self._draw is not None:
            self._drawn[column] = self._draw
        if self._feeding is not None:
            self._fed[column], self._feeding = self._feeding, None
        self._entropy[column] = self._prior_session.entropy
        self._again.pop(column, None)
        self._drawn.pop(self._timeline.start - 1, None)
        self._entropy.pop(self._timeline.start - 1, None)
        self._fed.pop(self._timeline.start - 1, None)
        self._journal.note("draw", column=column, codes=as_lists(codes))

    def _abandon(self) -> None:
        if self._steps is not None:
            self._steps.close()
            self._steps = None
            self._prior_session.rewind(self._prior_session.column)
        self._feeding = None


def _checksum(codes: Codes) -> int:
    return zlib.crc32(codes.tobytes())


def _newest_kinds(draws: Mapping[int, Draw]) -> dict[int, Draw]:
    """The draws of the newest columns, as long as there are not too many different ones."""
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
