"""Edit lists: steps that turn one grid into another.

A list is what the command line, files and the live history share.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import Edit, EditContext, Traits
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep, find_edit
from distill_live.codes.edit_run import context_values, read_only, run_region
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Region, find_columns, last_equally_long, no_place
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, DistillError
from distill_live.parameters import COLUMN_UNIT

#: Gives the grid that a step names, such as a file or a clip. Raises CodesError.
Lookup = Callable[[str], CodeGrid]


@dataclass(frozen=True, eq=False)
class EditTools:
    """What edit lists are done with: the installed edits by their names, the codebooks [Q, V, D] of
    the grid's model, what gives the grids that steps name, and the tempo in BPM."""

    edits: Mapping[str, Edit]
    codebooks: NDArray[np.float32]
    lookup: Lookup
    tempo: float = 120.0


@dataclass(frozen=True)
class EditList:
    """Steps in the order in which they run."""

    steps: tuple[EditStep, ...] = ()

    def apply(self, base: CodeGrid, tools: EditTools) -> CodeGrid:
        """The grid that the steps make of `base`, which stays as it is.

        Raises CodesError that names the step, when one cannot be done.
        """
        last = deque(self.stages(base, tools), maxlen=1)
        return last[0] if last else base

    def stages(self, base: CodeGrid, tools: EditTools) -> Iterator[CodeGrid]:
        """The grid after each step; arguments and errors as for `apply`. A step is done when its
        grid is asked for, so that the tools' `lookup` can give what earlier steps have made of
        other grids."""
        grid = base
        for number, step in enumerate(self.steps, start=1):
            with named_errors(number, step):
                _require_both_sides(step, grid, tools)
                grid = grid.with_codes(apply_step(step, grid, tools))
            yield grid


@contextmanager
def named_errors(number: int, step: EditStep) -> Iterator[None]:
    """Say of an error in the block which edit it is about; `number` counts from 1."""
    try:
        yield
    except DistillError as error:
        raise CodesError(f"edit {number} ({step}): {error}") from error


def apply_step(step: EditStep, grid: CodeGrid, tools: EditTools, column: int = 0) -> Codes:
    """The codes [T', F, Q] that one step makes of a grid, whose first column has the position
    `column`. Other arguments and errors as for `EditList.apply`; an edit that fails is a
    CodesError, too.

    A mutual edit whose partner is the grid itself changes both places; for what becomes of another
    partner see `other_side`.
    """
    edit = find_edit(step.edit, tools.edits)
    other = _find_partner(step, grid, tools.lookup)
    codes = _run(step, grid, other, tools, column)
    if Traits.of(edit).mutual and step.partner == ITSELF:
        there = _mirrored(step, grid, other, column)
        codes = _run(there, grid.with_codes(codes), grid, tools, column)
    return codes


def other_side(step: EditStep, grid: CodeGrid, tools: EditTools) -> CodeGrid:
    """What a mutual edit such as swap makes of the partner when the step is done on `grid`.

    Arguments and errors as for `EditList.apply`; CodesError for an edit that is not mutual.
    """
    edit = find_edit(step.edit, tools.edits)
    if not Traits.of(edit).mutual:
        raise CodesError(f"{edit.name} does not change the second grid; swap does")
    _require_both_sides(step, grid, tools)
    other = _find_partner(step, grid, tools.lookup)
    there = _mirrored(step, grid, other)
    return other.with_codes(_run(there, other, grid, tools))


def _require_both_sides(step: EditStep, grid: CodeGrid, tools: EditTools) -> None:
    """Raise CodesError for a mutual edit of the same columns of both grids where the second one
    does not have them."""
    mutual = Traits.of(find_edit(step.edit, tools.edits)).mutual
    if not mutual or step.partner in ("", ITSELF) or step.partner_columns:
        return
    columns = len(_find_partner(step, grid, tools.lookup).codes)
    if columns < grid.region(step.selection).end:
        raise CodesError(
            f"{step.edit} swaps the same columns of both grids, and {step.partner} has only "
            f"{columns}: choose columns, such as 0:{columns}"
        )


def _find_partner(step: EditStep, grid: CodeGrid, lookup: Lookup) -> CodeGrid:
    """The step's second grid; if it needs none, the grid itself."""
    if step.partner in ("", ITSELF):
        return grid
    other = lookup(step.partner)
    grid.require_like(other)
    return other


def _run(
    step: EditStep, grid: CodeGrid, other: CodeGrid, tools: EditTools, column: int = 0
) -> Codes:
    edit = find_edit(step.edit, tools.edits)
    region = grid.region(step.selection)
    partner, partner_column = _place_partner(step, region, other, edit, column)
    given = step.resolve(edit, column + region.start, grid.columns_per_second)
    _require_places(step, edit, given, region, (column, column + len(grid.codes)))
    context = EditContext(
        column=column,
        levels=read_only(region.levels),
        bands=read_only(region.bands),
        values=context_values(edit, given),
        held=grid.codes[region.start],
        seed=step.seed or 0,
        codebooks=read_only(tools.codebooks),
        partner=read_only(partner),
        partner_column=partner_column,
        amounts=read_only(region.levels.astype(np.float32)),
        columns_per_beat=60.0 / tools.tempo * grid.columns_per_second,
        name=edit.name,
    )
    window = Traits.of(edit).window
    length = int(given[window]) if isinstance(window, str) and window in given else None
    try:
        return run_region(edit, grid.codes, region.start, region.end, context, length)
    except (DistillError, MemoryError):
        raise
    except Exception as error:
        # An author's edit may raise anything.
        raise CodesError(f"the edit {edit.name!r} failed: {error!r}") from error


def _require_places(
    step: EditStep, edit: Edit, given: Mapping[str, float], region: Region, columns: tuple[int, int]
) -> None:
    """Raise CodesError for a column, given as a distance or a time, that no grid can have, where
    there are `columns`, first and end. The edit itself says what does not fit this one."""
    for one in edit.parameters:
        if one.unit == COLUMN_UNIT and one.name in step.distances:
            place = given[one.name]
            if one.clip(place) != place:
                raise no_place(one.name, int(place), region.end - region.start, columns)


def _place_partner(
    step: EditStep, region: Region, other: CodeGrid, edit: Edit, column: int
) -> tuple[Codes, int]:
    """The partner's codes [P, F, Q], and which column of them belongs to the region's first."""
    if not step.partner:
        return other.codes[:0], 0
    if not step.partner_columns:
        return other.codes, region.start + (0 if step.partner == ITSELF else column)
    start, end = _partner_span(step, region, other)
    if Traits.of(edit).mutual and end - start != region.end - region.start:
        raise CodesError(
            f"{edit.name} needs two places of the same length; these have "
            f"{region.end - region.start} and {end - start} columns"
        )
    return other.codes[start:end], 0


def _partner_span(step: EditStep, region: Region, other: CodeGrid) -> tuple[int, int]:
    """The columns of the partner that belong to the region."""
    columns = step.partner_columns or f"{region.start}:{region.end}"
    start, end = find_columns(columns, len(other.codes), other.columns_per_second)
    if last_equally_long(columns, step.selection.columns):
        # A second here and a second there must not differ by the rounding of their ends.
        end = min(start + region.end - region.start, len(other.codes))
    return start, end


def _mirrored(step: EditStep, grid: CodeGrid, other: CodeGrid, column: int = 0) -> EditStep:
    """The step that does the same to `other`, with `grid` as its partner; the first column of
    `grid` has the position `column`.

    Raises CodesError when both are one grid and the two places in it overlap.
    """
    region = grid.region(step.selection)
    start, end = _partner_span(step, region, other)
    if step.partner == ITSELF and max(start, region.start) < min(end, region.end):
        one, two = (
            f"{column + region.start}:{column + region.end}",
            f"{column + start}:{column + end}",
        )
        raise CodesError(f"columns {one} and {two} overlap; choose two places that are apart")
    # The levels of the other grid may have other labels.
    levels = ",".join(map(str, np.flatnonzero(region.levels)))
    selection = replace(step.selection, columns=f"{start}:{end}", levels=levels)
    return replace(step, selection=selection, partner_columns=f"{region.start}:{region.end}")
