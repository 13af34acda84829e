"""Takes control's requests for the history of edits, and reports what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from distill_live.codes.history.overlay import Overlay
from distill_live.codes.rack.settings import Held
from distill_live.codes.timeline import Codes
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.editing.paint_requests import CellRequest, RegionRequest, Where
from distill_live.live.editing.painter import Painter
from distill_live.live.ipc.messages import EditReport, EditsHold, SegmentBegan


class EditRequests:
    """Its methods are named in EDIT_REQUESTS. `note` gets the name and the arguments of each, as
    the session log keeps them, and `report` what control must know."""

    def __init__(
        self,
        columns: EditedColumns,
        painter: Painter,
        note: Callable[..., None],
        report: Callable[[EditReport], None],
    ) -> None:
        self._columns = columns
        #: Makes the overlays.
        self.painter = painter
        self._note, self._report = note, report
        self._told: dict[str, Held] = {}

    def cell(
        self, number: int, where: Where, column: int, band: int, level: int, code: int
    ) -> None:
        """Paint a code; see `CellRequest`."""
        self._note("cell", number, where, column, band, level, code)
        self.painter.ask(CellRequest(number, where, column, band, level, code))

    def region(
        self,
        number: int,
        where: Where,
        first: int,
        count: int,
        text: str,
        partner: Codes | None = None,
    ) -> None:
        """Run an edit on a region once; see `RegionRequest`."""
        self._note("region", number, where, first, count, text)
        self.painter.ask(RegionRequest(number, where, first, count, text, partner))

    def lay(self, overlays: Sequence[Overlay], removed: Sequence[int]) -> None:
        """Lay overlays that were made before, and take away those with the numbers `removed`, or
        forget that they were asked for. Overlays of another shape or segment are ignored."""
        numbers = [overlay.number for overlay in overlays]
        self._note("lay", numbers, list(removed))
        requests = self.painter.requests
        requests.note_numbers([*numbers, *removed])
        requests.drop(removed)
        fitting = self._columns.timeline.shape
        usable = [
            one
            for one in overlays
            if one.codes.shape[1:] == fitting and not requests.is_gone(one.number)
        ]
        self._columns.lay(usable, removed)

    def recall(self, held: Mapping[str, Held]) -> None:
        """Let edits hold what they have held before."""
        as_lists = {name: (one.columns.tolist(), one.since.tolist()) for name, one in held.items()}
        self._note("recall", as_lists)
        self._columns.recall(held)

    def order(self, names: Iterable[str]) -> None:
        """Run the edits in this order, all others after them."""
        self._note("order", list(names))
        self._columns.set_order(names)

    def tell_held(self) -> None:
        """Report what edits hold, even if that was reported before."""
        self._told = {}
        self.tell_changes()

    def tell_changes(self) -> None:
        """Report what edits hold, if one of them has taken hold since the last report."""
        told, self._told = self._told, self._columns.held
        if not all(held.equals(told.get(name)) for name, held in self._told.items()):
            small = {name: _small(held) for name, held in self._told.items()}
            self._report(EditsHold(small))

    def begin_segment(self, newest: int) -> None:
        """Report that a new segment has begun, whose columns are others: overlays up to the number
        `newest` are gone, whether they are made yet or not."""
        self.painter.begin_segment(newest)
        self._report(SegmentBegan(newest))


def _small(held: Held) -> Held:
    return Held(held.columns.astype(np.uint16), held.since)
