"""The columns of a segment as they are to be played: as drawn, under overlays, through edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from distill_live.codes.edit_rack import EditRack
from distill_live.codes.history.overlay import Overlay, Overlays
from distill_live.codes.rack.settings import EditSettings, Held
from distill_live.codes.timeline import Codes, Timeline


class EditedColumns:
    """Lays overlays over the columns of a timeline, and runs the edits of a rack on the result.

    `changed` is set when something has changed that may be heard, apart from the edits' settings;
    whoever makes the sound clears it.
    """

    def __init__(self, rack: EditRack, timeline: Timeline) -> None:
        self._rack, self._overlays = rack, Overlays()
        self._recalled: Mapping[str, Held] = {}
        self.timeline, self.changed = timeline, False
        #: The first column of the segment that was not given by a prime.
        self.segment_start = 0

    @property
    def oldest(self) -> int:
        """The first column that can be gone back to: of the segment, or the oldest remembered."""
        return max(self.timeline.start, self.segment_start)

    @property
    def is_editing(self) -> bool:
        """Whether any edit is on."""
        return bool(self._rack.settings.edits)

    @property
    def held(self) -> dict[str, Held]:
        """What each edit that is on holds, by the edit's name."""
        return self._rack.held

    def set_order(self, names: Iterable[str]) -> None:
        """Run these edits first, in this order; see `EditRack.set_order`."""
        self._rack.set_order(names)

    def begin_segment(self, timeline: Timeline, start: int) -> None:
        """Continue in another timeline, without overlays; its columns from `start` on can be gone
        back to, and partners begin there."""
        self.timeline, self.segment_start = timeline, start
        self._overlays.clear()
        self._rack.begin_segment(start)

    def forget(self) -> None:
        """Forget the overlays of columns that the timeline has forgotten."""
        self._overlays.forget_before(self.timeline.start)

    def laid(self, start: int, end: int) -> Codes:
        """The columns [end - start, F, Q] as drawn, under the overlays: what enters the edits.

        Raises CodesError for columns that the timeline does not hold.
        """
        return self._overlays.apply(start, self.timeline.raw(start, end))

    def edited(self, column: int) -> Codes:
        """The column [1, F, Q] as it is to be played; those up to its `reach` must be drawn."""
        self._rack.first = self.oldest
        return self._rack.apply(column, self.laid)

    def reach(self, column: int, settings: EditSettings | None = None) -> int:
        """The index after the last column that must be drawn before `column` can be played, with
        `settings` or with those in use."""
        return self._rack.reach(column, settings)

    def use(self, settings: EditSettings, column: int) -> None:
        """Use these edits; levels that have just been switched on hold what enters in `column`,
        unless a recall says otherwise."""
        self._rack.first = self.oldest
        self._rack.use(settings, column, self.laid)
        self._recall_now()

    def recall(self, held: Mapping[str, Held]) -> None:
        """Let edits hold what they have held before: those that are on at once, others as soon as
        they are switched on. What was held by another model is ignored."""
        fitting = self.timeline.shape
        self._recalled = {
            name: Held(one.columns.astype(np.int64), one.since)
            for name, one in held.items()
            if one.columns.shape[1:] == fitting
        }
        self._recall_now()
        self.changed = True

    def lay(self, overlays: Sequence[Overlay], removed: Sequence[int] = ()) -> None:
        """Take the overlays with the numbers `removed` away, and lay others."""
        for overlay in (*self._overlays.find(removed), *overlays):
            self.timeline.touch(overlay.start, overlay.end)
        self._overlays.remove(removed)
        for overlay in overlays:
            self._overlays.add(overlay)
        self.changed = True

    def is_painted(self, column: int) -> bool:
        """Whether an overlay lies over a column."""
        return self._overlays.covers(column)

    def has(self, number: int) -> bool:
        """Whether an overlay is laid."""
        return number in self._overlays

    def are_as_played(self, columns: Iterable[int]) -> bool:
        """Whether playing these columns again would give the same codes."""
        return all(
            np.array_equal(self.edited(column), self.timeline.edited(column, column + 1))
            for column in columns
        )

    def _recall_now(self) -> None:
        for name in self._recalled.keys() & self._rack.held.keys():
            self._rack.recall(name, self._recalled[name])
        self._recalled = {
            name: held for name, held in self._recalled.items() if name not in self._rack.held
        }
