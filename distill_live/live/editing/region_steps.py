"""The edit of a region of the stream: how it is read, what it selects, and what becomes of a region
that another process draws again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from distill_live.codes.edit import Edit, Traits
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.history.overlay import Mask, Overlay
from distill_live.errors import CodesError
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.editing.paint_requests import RegionRequest
from distill_live.live.ipc.messages import RegionToDraw
from distill_live.models.prior.resampling import FOLLOWING_COLUMNS


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
    """The overlay of a region that was drawn again as `drawn`, and its edit as text."""
    mask = selected(with_columns(step, 0, request.count), drawn)
    overlay = Overlay.of_columns(request.number, request.first, drawn.codes, mask)
    return overlay, str(with_columns(step, request.first, request.first + request.count))
