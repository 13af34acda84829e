"""The edits that ship, and random grids, selections and steps for them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from distill_live.codes.edit import Edit, Traits, load_edits
from distill_live.codes.edit_lists.edit_list import EditTools
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter

EDITS: Mapping[str, Edit] = {edit.name: edit for edit in load_edits(sys.exit)}
#: Those that have a switch.
STREAM = sorted(name for name, edit in EDITS.items() if Traits.of(edit).scope == "stream")

BANDS, LABELS, SIZE = 4, ("Structure", "Timbre", "Detail"), 12
BOOKS = np.random.default_rng(3).standard_normal((len(LABELS), SIZE, 5)).astype(np.float32)

#: Few examples, the same ones each time, and no time limit: tests must not depend on speed.
few = settings(
    max_examples=15, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def make_grid(codes: Codes) -> CodeGrid:
    """A grid of these codes [T, 4, 3]; a column lasts 0.1 s."""
    return CodeGrid(codes, "model", "sum", LABELS, SIZE, 4_800)


#: A second grid, long enough to lie beside all others.
OTHER = make_grid(np.random.default_rng(9).integers(0, SIZE, (200, BANDS, len(LABELS))))


def lookup(other: CodeGrid) -> Any:
    """Finds this grid, whatever its name."""
    return lambda name: other


def tools(other: CodeGrid, tempo: float = 120.0) -> EditTools:
    """What edit lists are done with; `other` is the second grid, whatever a step calls it."""
    return EditTools(EDITS, BOOKS, lookup(other), tempo)


@st.composite
def grids(draw: st.DrawFn, fewest: int = 1, most: int = 40) -> CodeGrid:
    """Grids of any length, with random codes."""
    columns = draw(st.integers(fewest, most))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    return make_grid(chance.integers(0, SIZE, (columns, BANDS, len(LABELS))))


@st.composite
def values(draw: st.DrawFn, parameter: Parameter) -> float:
    """Legal values of a parameter; codes are those of the codebooks."""
    highest = SIZE - 1 if parameter.unit == "code" else parameter.maximum
    if parameter.kind == "float":
        return draw(st.floats(parameter.minimum, highest))
    return float(draw(st.integers(int(parameter.minimum), int(highest))))


@st.composite
def selections(draw: st.DrawFn, columns: int) -> Selection:
    """Selections of columns, bands and levels of a grid of so many columns."""

    def span(count: int) -> str:
        start = draw(st.integers(0, count - 1))
        return draw(st.sampled_from(["", f"{start}:{draw(st.integers(start + 1, count))}"]))

    return Selection(span(columns), span(BANDS), span(len(LABELS)))


@st.composite
def steps(draw: st.DrawFn, columns: int, names: list[str] | None = None) -> EditStep:
    """Steps that can be done on a grid of so many columns, whose partner has as many."""
    edit = EDITS[draw(st.sampled_from(names or sorted(EDITS)))]
    selection = draw(selections(columns))
    given = {one.name: draw(values(one)) for one in edit.parameters}
    partner = "other.json" if Traits.of(edit).partner else ""
    if edit.name == "set":
        cell = [draw(st.integers(0, count - 1)) for count in (columns, BANDS, len(LABELS))]
        selection = Selection.at(*cell)
    if edit.name == "stretch":
        selection = Selection(selection.columns)
    if "to" in given:
        region = selection.resolve(columns, BANDS, LABELS, 10.0)
        given["to"] = float(draw(st.integers(0, columns - (region.end - region.start))))
    return EditStep(edit.name, selection, given, draw(st.integers(0, 2**31 - 1)), partner)
