"""The columns around the present, as the engine shows them to control."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.live.ipc.current_column import MAX_CODES
from distill_live.live.ipc.versioned_memory import VersionedMemory
from distill_live.shared_memory import SharedArray

#: How many columns are shown: 43 s of 85 ms columns, those to come among them.
SHOWN_COLUMNS = 512
#: In place of an entropy that is not known.
UNKNOWN_ENTROPY = 65_535
#: What each row says besides its codes: the column that it holds, or -1; the change that wrote it;
#: flags; entropy.
_COLUMN, _CHANGE, _FLAGS, _ENTROPY, _FIELDS = range(5)
#: Marks: a count that is odd while the rest is being written; the segment; its columns that exist,
#: first and end; bands and levels; the number of the last change.
_VERSION, _SEGMENT, _START, _END, _BANDS, _LEVELS, _CHANGES, _MARKS = range(8)
#: How often a reader tries again that has met the writer.
_TRIES = 5


class ColumnFlag(IntFlag):
    """What is true of a column: edits change it; it was given and not drawn; it is painted on."""

    EDITED = 1
    GIVEN = 2
    PAINTED = 4


class ColumnDetails(NamedTuple):
    """Some columns of one segment, by `columns` [n]: their codes [n, F, Q], flags [n] (see
    ColumnFlag) and entropy [n] in thousandths of a bit per code, or UNKNOWN_ENTROPY."""

    columns: NDArray[np.int64]
    codes: NDArray[np.uint16]
    flags: NDArray[np.uint8]
    entropy: NDArray[np.uint16]

    def pick(self, places: NDArray[np.bool_]) -> ColumnDetails:
        """Those of the columns where `places` [n] is set."""
        return ColumnDetails(
            self.columns[places], self.codes[places], self.flags[places], self.entropy[places]
        )


class Shown(NamedTuple):
    """What has changed: `details` of columns in ascending order. Columns `start` to `end` of a
    segment, by its number, exist now; `changes` is the number of the last change."""

    segment: int
    start: int
    end: int
    changes: int
    details: ColumnDetails


class ShownColumns(VersionedMemory):
    """The columns around the present, in shared memory: one writer, any number of readers.

    Each change of columns has a number, so that a reader finds what is new by the number of the
    last one that it has seen. Nobody waits. Columns of more than MAX_CODES codes are shown without
    them, as if they had no levels.
    """

    def __init__(self) -> None:
        self._codes = SharedArray((SHOWN_COLUMNS, MAX_CODES), "u2")
        self._rows = SharedArray((SHOWN_COLUMNS, _FIELDS), "i8")
        super().__init__(SharedArray((_MARKS,), "i8"))

    def clear(self) -> None:
        """Show no column, while no engine works."""
        self._open()
        self._forget()
        self._close()

    # The engine's side.

    def begin_segment(self, shape: tuple[int, int], goes_on: bool = False) -> None:
        """Show the columns [F, Q] of a segment from now on: of a new one, or (`goes_on`) of the one
        that another engine has shown."""
        bands, levels = shape
        shown = (bands, levels if bands * levels <= MAX_CODES else 0)
        self._open()
        marks = self._marks.array
        if not goes_on or shown != (marks[_BANDS], marks[_LEVELS]):
            self._forget()
            marks[_SEGMENT] += 1
            marks[_BANDS], marks[_LEVELS] = shown
        self._close()

    def show(self, start: int, end: int, details: ColumnDetails) -> None:
        """Say that columns `start` to `end` exist now, at most SHOWN_COLUMNS, and show some of
        them; those that are shown as they are already do not count as changed."""
        marks = self._marks.array
        moved = (start, end) != (marks[_START], marks[_END])
        details = details.pick(~self._is_shown(details))
        if not moved and not len(details.columns):
            return
        self._open()
        if moved:
            marks[_START], marks[_END] = start, end
            columns = self._rows.array[:, _COLUMN].copy()
            self._rows.array[:, _COLUMN] = np.where(
                (columns >= start) & (columns < end), columns, -1
            )
        if len(details.columns):
            self._write(details)
        self._close()

    def drawn_as(self, column: int) -> tuple[int, int] | None:
        """Whether a column is shown as given, ColumnFlag.GIVEN or 0, and its entropy; None if it is
        not shown."""
        row = self._rows.array[column % SHOWN_COLUMNS].copy()
        if row[_COLUMN] != column:
            return None
        return int(row[_FLAGS]) & ColumnFlag.GIVEN, int(row[_ENTROPY])

    def _is_shown(self, details: ColumnDetails) -> NDArray[np.bool_]:
        """Which of some columns [n] are shown as they are already."""
        places = details.columns % SHOWN_COLUMNS
        rows = self._rows.array[places]
        flat = self._flat(details)
        same = (self._codes.array[places, : flat.shape[1]] == flat).all(axis=1)
        for field, values in (
            (_COLUMN, details.columns), (_FLAGS, details.flags), (_ENTROPY, details.entropy),
        ):  # fmt: skip
            same &= rows[:, field] == values
        return np.asarray(same, bool)

    def _flat(self, details: ColumnDetails) -> NDArray[np.uint16]:
        """The codes of some columns [n, F * Q]; [n, 0] if they are too many to be shown."""
        count, bands, levels = details.codes.shape
        flat = details.codes.reshape(count, bands * levels)
        return flat if bands * levels <= MAX_CODES else flat[:, :0]

    def _write(self, details: ColumnDetails) -> None:
        places = details.columns % SHOWN_COLUMNS
        flat = self._flat(details)
        change = int(self._marks.array[_CHANGES]) + 1
        changes = np.full(len(places), change)
        self._codes.array[places, : flat.shape[1]] = flat
        self._rows.array[places] = np.stack(
            [details.columns, changes, details.flags, details.entropy], axis=1
        )
        self._marks.array[_CHANGES] = change

    def _forget(self) -> None:
        self._rows.array[:, _COLUMN] = -1
        self._marks.array[_START] = self._marks.array[_END] = 0

    # The readers' side.

    def read(self, since: int = 0) -> Shown | None:
        """All columns that have changed since the change with the number `since`.

        None before the first segment, and while columns are being written.
        """
        copied = self._read_whole(lambda: self._copy(since), _TRIES)
        if copied is None:
            return None
        marks, rows, flat = copied
        return _shown(marks, rows, flat) if marks[_SEGMENT] else None

    def _copy(self, since: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
        """The marks, and the rows [n, _FIELDS] and codes [n, F * Q] that have changed."""
        marks, rows = self._marks.array.copy(), self._rows.array.copy()
        columns = rows[:, _COLUMN]
        there = (columns >= marks[_START]) & (columns < marks[_END])
        places = np.flatnonzero(there & (rows[:, _CHANGE] > since))
        places = places[np.argsort(columns[places])]
        return marks, rows[places], self._codes.array[places, : marks[_BANDS] * marks[_LEVELS]]


def _shown(marks: NDArray[np.int64], rows: NDArray[np.int64], flat: NDArray[np.uint16]) -> Shown:
    """What marks, rows [n, _FIELDS] and codes [n, F * Q] say."""
    details = ColumnDetails(
        rows[:, _COLUMN],
        flat.reshape(len(rows), int(marks[_BANDS]), int(marks[_LEVELS])),
        rows[:, _FLAGS].astype(np.uint8),
        rows[:, _ENTROPY].astype(np.uint16),
    )
    segment, start, end, changes = marks[[_SEGMENT, _START, _END, _CHANGES]].tolist()
    return Shown(segment, start, end, changes, details)
