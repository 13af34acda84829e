"""Shows the columns around the present to other processes, a few at a time."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes, Timeline
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.ipc.shown_columns import (
    SHOWN_COLUMNS,
    UNKNOWN_ENTROPY,
    ColumnDetails,
    ColumnFlag,
    ShownColumns,
)

#: How many columns are shown at once, and how many of them may have to be edited for it: little
#: enough for one turn of the engine. That work is not lost: the rack remembers what it has edited.
AT_ONCE, EDITED_AT_ONCE = 64, 1
#: How many turns a busy engine lets changes gather, about 35 ms: many columns cost little more than
#: one, and nobody looks more often.
BUSY_TURNS = 32
#: How many columns before the present are shown at least, and after it, where there are so many and
#: the stream does not end with the newest ones: in a long clip, or in a loop long ago.
PAST_COLUMNS, COMING_COLUMNS = 384, 64


class Drawn(Protocol):
    """What a sampler knows of the columns that it has drawn."""

    def entropy(self, column: int) -> float:
        """In bits per code; NaN if it is not known."""

    def is_drawn(self, column: int) -> bool:
        """Whether it is known how a column was drawn."""


class ColumnTeller:
    """Shows the newest SHOWN_COLUMNS of the stream, or those around the present if that is not
    among them.

    A column that was played is shown as it was played last. One that was not, or was painted on
    since, is shown as it would be played now; edits that look ahead are left out until the columns
    that they look at are drawn. With `goes_on`, another engine has shown the stream before.
    """

    def __init__(
        self, edited: EditedColumns, drawn: Drawn, shown: ShownColumns, goes_on: bool
    ) -> None:
        self._edited, self._drawn, self._shown = edited, drawn, shown
        #: Columns to show, and those that were shown without an edit that looks ahead.
        self._due: set[int] = set()
        self._unfinished: set[int] = set()
        self._waited = 0
        self._begin(edited.timeline, goes_on)
        #: Columns before this one were drawn or given before this engine began.
        self._inherited = self._timeline.end if goes_on else 0

    def tell(self, heard: int, busy: bool = False) -> None:
        """Show some of what has changed, but not in every turn in which the engine is `busy`;
        `heard` is the column that is heard."""
        self._waited += 1
        if busy and self._waited < BUSY_TURNS:
            return
        self._waited = 0
        timeline = self._edited.timeline
        if timeline is not self._timeline:
            self._begin(timeline)
        window = self._place_window(timeline, heard)
        if timeline.changes != self._seen or window != self._window:
            self._note_changes(timeline, window)
            self._show(timeline)
        elif self._due:
            self._show(timeline)

    def note_edits(self, heard: int) -> None:
        """Show the columns to come again, because edits may have changed that run on them."""
        timeline, (start, end) = self._timeline, self._window
        columns = np.arange(max(heard, start, timeline.start), min(end, timeline.end))
        self._due.update(columns[timeline.unplayed(columns)].tolist())

    def _begin(self, timeline: Timeline, goes_on: bool = False) -> None:
        """Show another segment."""
        self._timeline, self._seen, self._window = timeline, 0, (0, 0)
        self._inherited = 0
        self._due.clear()
        self._unfinished.clear()
        self._shown.begin_segment(timeline.shape, goes_on)

    def _place_window(self, timeline: Timeline, heard: int) -> tuple[int, int]:
        """The columns to show, first and end."""
        oldest, end = timeline.start, timeline.end
        start = max(oldest, end - SHOWN_COLUMNS)
        if heard < start:
            before = self._window[0]
            # It stays where it is as long as it can: moving it means to show all columns anew.
            stays = oldest <= before <= heard < before + SHOWN_COLUMNS - COMING_COLUMNS
            start = before if stays else max(oldest, heard - PAST_COLUMNS)
        return start, min(end, start + SHOWN_COLUMNS)

    def _note_changes(self, timeline: Timeline, window: tuple[int, int]) -> None:
        """Note which columns must be shown in a new window, or again."""
        (start, end), (old_start, old_end) = window, self._window
        due = self._due
        due.update(timeline.changed_since(self._seen, start, end).tolist())
        due.update(range(start, min(end, old_start)), range(max(start, old_end), end))
        if end > old_end:
            due |= self._unfinished
            self._unfinished.clear()
        self._due = {column for column in due if start <= column < end}
        self._seen, self._window = timeline.changes, window

    def _show(self, timeline: Timeline) -> None:
        """Show some of the columns that are due."""
        columns = np.array(sorted(self._due)[:AT_ONCE], np.int64)
        unplayed = timeline.unplayed(columns)
        # What cannot be gone back to is never played.
        edited = unplayed & self._changes_codes(columns) & (columns >= self._edited.oldest)
        beyond = np.flatnonzero(edited)[EDITED_AT_ONCE:]
        count = beyond[0] if len(beyond) else len(columns)
        columns, unplayed, edited = columns[:count], unplayed[:count], edited[:count]
        self._due.difference_update(columns.tolist())
        raw, codes = timeline.both(columns)
        codes[unplayed] = raw[unplayed]
        for place in np.flatnonzero(edited):
            codes[place] = self._upcoming(timeline, int(columns[place]))
        self._shown.show(*self._window, self._describe(columns, raw, codes))

    def _changes_codes(self, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of some columns [n] may be played otherwise than it was drawn."""
        if self._edited.is_editing:
            return np.ones(len(columns), bool)
        return self._are_painted(columns)

    def _are_painted(self, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.array([self._edited.is_painted(one) for one in columns.tolist()], bool)

    def _upcoming(self, timeline: Timeline, column: int) -> Codes:
        """A column [1, F, Q] as it would be played now, as far as that is known."""
        if self._edited.reach(column) <= timeline.end:
            return self._edited.edited(column)
        self._unfinished.add(column)
        return self._edited.laid(column, column + 1)

    def _describe(self, columns: NDArray[np.int64], raw: Codes, codes: Codes) -> ColumnDetails:
        changed = (raw != codes).any(axis=(1, 2))
        drawn = [self._drawn_as(column) for column in columns.tolist()]
        given, entropy = np.array(drawn, np.uint16).reshape(-1, 2).T
        painted = self._are_painted(columns)
        flags = ColumnFlag.EDITED * changed | given | ColumnFlag.PAINTED * painted
        return ColumnDetails(columns, codes.astype(np.uint16), flags.astype(np.uint8), entropy)

    def _drawn_as(self, column: int) -> tuple[int, int]:
        """Whether a column was given, as a flag, and its entropy in thousandths."""
        entropy = self._drawn.entropy(column)
        if not math.isnan(entropy):
            return 0, min(round(1000 * entropy), UNKNOWN_ENTROPY - 1)
        # What another engine has drawn, it has also shown.
        known = self._shown.drawn_as(column) if column < self._inherited else None
        given = 0 if self._drawn.is_drawn(column) else ColumnFlag.GIVEN
        return known or (given, UNKNOWN_ENTROPY)
