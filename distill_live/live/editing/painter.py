"""Makes the overlays that are asked for: single cells, and edits that are run on a region once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from distill_live.codes.edit import MAX_COLUMNS, Edit, GridEdit
from distill_live.codes.edit_lists.edit_list import EditTools, apply_step
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep, shown_step
from distill_live.codes.edit_lists.resample_edit import ResampleEdit, with_resample
from distill_live.codes.grid import CodeGrid
from distill_live.codes.history.overlay import Overlay
from distill_live.codes.labels import level_name
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, DistillError
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.editing.paint_requests import (
    CellRequest,
    PaintRequests,
    RegionRequest,
    Where,
)
from distill_live.live.editing.region_steps import (
    REGION_AHEAD,
    columns_of_itself,
    drawn_region,
    needed_end,
    parse_region_step,
    region_to_draw,
    selected,
    with_columns,
)
from distill_live.live.ipc.messages import EditReport, OverlayMade, OverlayRefused
from distill_live.models.file.loaded import LoadedVQModel

#: How many columns beyond those that are drawn a cell may lie: 350 s.
CELL_AHEAD = 4096
#: The most columns of a region: 87 s.
REGION_COLUMNS = 1024
#: Why requests are refused that another segment has overtaken.
_OVERTAKEN = "the stream began anew before it could be painted"

#: The column in which a change can be heard first, and those that a hold or a loop repeats there.
NextChange = tuple[int, tuple[int, int] | None]


class Painter:
    """Lays overlays over `columns` in the order in which they are asked for, but those first whose
    columns are drawn.

    `next_change` says where a change can be heard first, `tempo` is in BPM, and `report` hears what
    has become of each request.
    """

    def __init__(
        self,
        loaded: LoadedVQModel,
        edits: Sequence[Edit],
        columns: EditedColumns,
        next_change: Callable[[], NextChange],
        tempo: Callable[[], float],
        report: Callable[[EditReport], None],
    ) -> None:
        self._columns, self._next_change = columns, next_change
        self._tempo, self._report = tempo, report
        self._edits = with_resample({edit.name: edit for edit in edits})
        self._loaded, self._codebooks, self._grid = loaded, loaded.codebooks, loaded.blank_grid
        self.requests = PaintRequests()

    @property
    def missing(self) -> int:
        """How many columns must still be drawn for the regions that wait for them."""
        ends = [region.until for region in self.requests.waiting.values()]
        return max([end - self._columns.timeline.end for end in ends], default=0)

    def ask(self, request: CellRequest | RegionRequest) -> None:
        """Make an overlay, unless one with this number was asked for already."""
        if self.requests.is_gone(request.number):
            self._refuse(request.number, _OVERTAKEN)
        elif not self._columns.has(request.number):
            self.requests.add(request)
        self.requests.count += 1
        self.requests.note_numbers([request.number])

    def begin_segment(self, newest: int) -> None:
        """Refuse the requests up to this number, from now on, too: they belong to columns that are
        gone."""
        for number in self.requests.begin_segment(newest):
            self._refuse(number, _OVERTAKEN)

    @property
    def is_due(self) -> bool:
        """Whether something can be made now."""
        return bool(self.requests.asked() or self._drawn_regions())

    def work(self, before: int) -> None:
        """Make what can be made now of the first `before` requests: any number of cells, and one
        region, which may take long."""
        for request in [*self._drawn_regions(), *self.requests.asked(before)]:
            self.requests.drop([request.number])
            try:
                if isinstance(request, CellRequest):
                    self._lay(*self._paint(request))
                elif self._edit_or_wait(request):
                    return
            except DistillError as error:
                self._refuse(request.number, str(error))

    def _refuse(self, number: int, reason: str) -> None:
        self._report(OverlayRefused(number, reason))

    def _drawn_regions(self) -> list[RegionRequest]:
        """The regions that waited for their columns."""
        drawn = self._columns.timeline.end
        return [region for region in self.requests.waiting.values() if region.until <= drawn]

    def _paint(self, request: CellRequest) -> tuple[Overlay, str]:
        column = self._column(request.where, request.column)
        bands, levels = self._columns.timeline.shape
        _check("band", request.band + 1, 1, bands)
        _check("level", request.level + 1, 1, levels)
        _check("code", request.code, 0, self._grid.codebook_size - 1)
        _check("column", column, self._columns.oldest, self._columns.timeline.end + CELL_AHEAD)
        place = (column, request.band, request.level)
        overlay = Overlay.of_cell(request.number, place, request.code, (bands, levels))
        label = self._grid.level_labels[request.level]
        return overlay, f"cell {column} {request.band + 1} {level_name(label)} {request.code}"

    def _edit_or_wait(self, request: RegionRequest) -> bool:
        """Edit a region; False if it must wait until its columns are drawn."""
        step, request = parse_region_step(request, self._edits), self._placed(request)
        drawn, last = self._columns.timeline.end, request.first + request.count - 1
        _check("count", request.count, 1, REGION_COLUMNS)
        for column in (request.first, last):
            _check("column", column, self._columns.oldest, drawn + REGION_AHEAD - 1)
        if not request.until:
            edit, rate = self._edits[step.edit], self._grid.columns_per_second
            until = needed_end(step, edit, request, self._columns, rate)
            if until > drawn:
                self.requests.waiting[request.number] = replace(request, until=until)
                return False
        if step.edit == ResampleEdit.name:
            self._draw(request, step)
        else:
            self._lay(*self._edit(request, step))
        return True

    def _draw(self, request: RegionRequest, step: EditStep) -> None:
        """Lay a region that was drawn again, or have it drawn."""
        if request.partner is not None:
            self._lay(*drawn_region(request, step, self._grid.with_codes(request.partner)))
            return
        context = self._loaded.require_prior().config.context_columns
        asked = region_to_draw(request, step, self._columns, self._grid, context)
        self.requests.away.add(request.number)
        self._report(asked)

    def _edit(self, request: RegionRequest, step: EditStep) -> tuple[Overlay, str]:
        edit = self._edits[step.edit]
        end = request.first + request.count
        start, known = self._surroundings(request, edit, step)
        grid = self._grid.with_codes(self._columns.laid(start, known))
        here = with_columns(self._shifted(step, start), request.first - start, end - start)
        tools = EditTools(
            self._edits, self._codebooks, lambda name: self._partner(name, request.partner),
            self._tempo(),
        )  # fmt: skip
        after = apply_step(here, grid, tools, start)
        mask = after != grid.codes
        if not isinstance(edit, GridEdit):
            # What is selected stays as it is now, whether it has changed or not.
            mask |= selected(here, grid)
        if not mask.any():
            raise CodesError(f"{request.text} changes nothing there")
        overlay = Overlay.of_columns(request.number, start, after, mask)
        shown = shown_step(with_columns(step, request.first, end), self._grid.level_labels)
        return overlay, shown

    def _surroundings(self, request: RegionRequest, edit: Edit, step: EditStep) -> tuple[int, int]:
        """The columns, first and end, that an edit of a region may look at."""
        if isinstance(edit, GridEdit) or step.partner == ITSELF:
            return self._columns.oldest, self._columns.timeline.end
        start = max(self._columns.oldest, request.first - MAX_COLUMNS)
        return start, request.first + request.count

    def _shifted(self, step: EditStep, start: int) -> EditStep:
        """The same step where column `start` of the stream is the first one of the grid."""
        found = columns_of_itself(step, self._columns, self._grid.columns_per_second)
        if found is None:
            return step
        return replace(step, partner_columns=f"{found[0] - start}:{found[1] - start}")

    def _partner(self, name: str, codes: Codes | None) -> CodeGrid:
        if codes is None:
            raise CodesError(f"there is no clip {name!r}")
        return self._grid.with_codes(codes)

    def _placed(self, request: RegionRequest) -> RegionRequest:
        """The same region by the numbers of its columns."""
        if request.where != "loop":
            first = self._column(request.where, request.first)
            return replace(request, where="at", first=first)
        _, repeated = self._next_change()
        if repeated is None:
            raise CodesError("no loop or hold is playing: give the columns, or loop first")
        count = repeated[1] - repeated[0]
        if count > REGION_COLUMNS:
            raise CodesError(
                f"the loop has {count} columns; a region can have at most {REGION_COLUMNS}: loop "
                "less, or give the columns"
            )
        return replace(request, where="at", first=repeated[0], count=count)

    def _column(self, where: Where, column: int) -> int:
        """A column's number. In a hold or a loop, columns ahead are those that it repeats."""
        if where == "at":
            return column
        soonest, repeated = self._next_change()
        if repeated is None:
            return soonest + column
        start, end = repeated
        return start + (soonest - start + column) % (end - start)

    def _lay(self, overlay: Overlay, text: str) -> None:
        self._columns.lay([overlay])
        self._report(OverlayMade(overlay, text))


def _check(what: str, value: int, least: int, most: int) -> None:
    """Raise CodesError unless a number is within its limits."""
    if not least <= value <= most:
        raise CodesError(f"{what} {value} is out of range; legal: {least}..{most}")
