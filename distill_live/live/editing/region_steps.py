"""The edit of a region of the stream: how it is read, what it selects, and what becomes of a region
that another process draws again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from distill_live.codes.edit import Edit, GridEdit, Traits
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep, shown_step
from distill_live.codes.grid import CodeGrid
from distill_live.codes.history.overlay import Mask, Overlay
from distill_live.codes.selection import find_columns, no_place
from distill_live.errors import CodesError
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.editing.paint_requests import RegionRequest
from distill_live.live.ipc.messages import RegionToDraw
from distill_live.models.prior.resampling import FOLLOWING_COLUMNS
from distill_live.parameters import COLUMN_UNIT

#: How many columns beyond those that are drawn a region and its other place may reach: 5 s.
REGION_AHEAD = 64


def parse_region_step(request: RegionRequest, edits: Mapping[str, Edit]) -> EditStep:
    """The edit that a request means, with a seed.

    Raises CodesError for one that is not for a region of the stream.
    """
    step = EditStep.parse(request.text, edits)
    if step.selection.columns not in ("", ":"):
        raise CodesError(
            f"{step.selection.columns!r} is one word too many: the columns of a region come "
            f"before the edit{_instead(step)}"
        )
    if Traits.of(edits[step.edit]).scope == "file":
        raise CodesError(
            f"{step.edit} changes the number of columns, so it works only on files: "
            "distill-live edit"
        )
    return replace(step, seed=request.number if step.seed is None else step.seed)


def _instead(step: EditStep) -> str:
    """What a word after the edit was probably meant to be."""
    if step.partner:
        return (
            f"; for those of {step.partner}: {step.edit} {step.partner} : {step.selection.columns}"
        )
    return ", and parameters are written NAME=VALUE"


def columns_of_itself(
    step: EditStep, columns: EditedColumns, columns_per_second: float
) -> tuple[int, int] | None:
    """The columns of the stream itself that a step names as its second grid; None if it names none.

    Raises CodesError for columns that are no longer known, or out of reach.
    """
    text, drawn = step.partner_columns, columns.timeline.end
    if step.partner != ITSELF or not text:
        return None
    # What has no end of its own ends with what is drawn.
    count = drawn if text.endswith(":") else drawn + REGION_AHEAD
    return find_columns(text, count, columns_per_second, columns.oldest)


def needed_end(
    step: EditStep,
    edit: Edit,
    request: RegionRequest,
    columns: EditedColumns,
    columns_per_second: float,
) -> int:
    """The end of the columns that must be drawn before a region can be edited: its own, those that
    it takes from the stream, and those at the place where an edit of the whole grid puts it.

    Raises CodesError for columns and places that are out of reach.
    """
    ends, reach = [request.first + request.count], columns.timeline.end + REGION_AHEAD
    found = columns_of_itself(step, columns, columns_per_second)
    if found is not None:
        ends.append(found[1])
    if isinstance(edit, GridEdit):
        values = step.resolve(edit, request.first, columns_per_second)
        for name in {one.name for one in edit.parameters if one.unit == COLUMN_UNIT} & set(values):
            place = int(values[name])
            if not columns.oldest <= place < reach:
                raise no_place(name, place, request.count, (columns.oldest, reach))
            # The edit itself knows whether it needs all of them.
            ends.append(min(place + request.count, reach))
    return max(ends)


def with_columns(step: EditStep, start: int, end: int) -> EditStep:
    """The same step for the columns from `start` to `end`."""
    return replace(step, selection=replace(step.selection, columns=f"{start}:{end}"))


def selected(step: EditStep, grid: CodeGrid) -> Mask:
    """Which cells [n, F, Q] of a grid a step selects. Raises CodesError if it has no such cells."""
    found = grid.region(step.selection)
    mask = np.zeros(grid.codes.shape, bool)
    mask[found.start : found.end] = found.bands[:, None] & found.levels[None, :]
    return mask


def region_to_draw(
    request: RegionRequest, step: EditStep, columns: EditedColumns, blank: CodeGrid, context: int
) -> RegionToDraw:
    """What another process needs to draw a region again: its columns as they enter the edits that
    are on, with up to `context` columns before it and those after it that are asked how well it
    joins. `blank` is a grid of the model, without columns.

    Raises CodesError when the step selects no cells of the model.
    """
    timeline, end = columns.timeline, request.first + request.count
    start = max(timeline.start, request.first - context)
    codes = columns.laid(start, min(end + FOLLOWING_COLUMNS, timeline.end))
    selected(step, blank.with_codes(codes))
    before = request.first - start
    small = codes.astype(np.uint16)
    return RegionToDraw(
        request.number, request.first, request.count, str(step), before, small
    )  # fmt: skip


def drawn_region(request: RegionRequest, step: EditStep, drawn: CodeGrid) -> tuple[Overlay, str]:
    """The overlay of a region that was drawn again as `drawn`, and its edit as shown to people."""
    mask = selected(with_columns(step, 0, request.count), drawn)
    overlay = Overlay.of_columns(request.number, request.first, drawn.codes, mask)
    placed = with_columns(step, request.first, request.first + request.count)
    return overlay, shown_step(placed, drawn.level_labels)
