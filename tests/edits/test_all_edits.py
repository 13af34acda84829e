"""What holds for every edit that ships, on random grids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill_live.codes.edit import Traits, parameter_name
from distill_live.codes.edit_lists.edit_file import load_edit_list, save_edit_list
from distill_live.codes.edit_lists.edit_list import EditList, other_side
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.edit_rack import EditRack
from distill_live.codes.grid import CodeGrid
from distill_live.codes.history.history import History
from distill_live.codes.rack.settings import Partner
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.parameters import ParameterStore
from tests.edits.shipped import (
    BANDS,
    BOOKS,
    EDITS,
    LABELS,
    OTHER,
    SIZE,
    STREAM,
    few,
    grids,
    make_grid,
    steps,
    tools,
    values,
)

#: Columns that many windows fit into, and the lengths of those windows.
COLUMNS, LENGTHS = 24, [1, 2, 3, 4, 6, 8, 12, 24]


def edit(grid: CodeGrid, *done: EditStep, other: CodeGrid = OTHER) -> CodeGrid:
    return EditList(done).apply(grid, tools(other))


@few
@given(grids(), st.data())
def test_undo_after_any_chain_of_edits_restores_every_code(
    grid: CodeGrid, data: st.DataObject
) -> None:
    history, seen = History(EditList()), [grid.codes]
    for _ in range(data.draw(st.integers(1, 4))):
        names = [name for name in EDITS if name != "stretch" or len(seen[-1]) < 50]
        step = data.draw(steps(len(seen[-1]), names))
        history.do(str(step), EditList((*history.state.steps, step)))
        seen.append(edit(grid, *history.state.steps).codes)
    while history.position:
        seen.pop()
        assert (edit(grid, *history.undo().steps).codes == seen[-1]).all()
    assert (seen[-1] == grid.codes).all()


@pytest.mark.parametrize("name", sorted(EDITS))
@few
@given(grids(), st.data())
def test_an_edit_stays_in_its_selection_and_in_the_codebook_and_does_the_same_again(
    name: str, grid: CodeGrid, data: st.DataObject
) -> None:
    step = data.draw(steps(len(grid.codes), [name]))
    edited = edit(grid, step).codes
    assert 0 <= edited.min() <= edited.max() < SIZE
    assert (edit(grid, step).codes == edited).all()
    region = step.selection.resolve(len(grid.codes), BANDS, LABELS, 10.0)
    if name == "stretch":
        assert (edited[: region.start] == grid.codes[: region.start]).all()
        rest = len(grid.codes) - region.end
        assert (edited[len(edited) - rest :] == grid.codes[region.end :]).all()
        return
    inside = np.zeros(len(grid.codes), bool)
    inside[region.start : region.end] = True
    if "to" in step.values:
        to = int(step.values["to"])
        inside[to : to + region.end - region.start] = True
    outside = ~(inside[:, None, None] & region.bands[:, None] & region.levels)
    assert (edited[outside] == grid.codes[outside]).all()


@few
@given(grids(fewest=2), grids(fewest=40), st.data())
def test_to_swap_twice_is_nothing(grid: CodeGrid, other: CodeGrid, data: st.DataObject) -> None:
    step = data.draw(steps(len(grid.codes), ["swap"]))
    there = other_side(step, grid, tools(other))
    here = edit(grid, step, other=other)
    assert (other_side(step, here, tools(there)).codes == other.codes).all()
    assert (edit(here, step, other=there).codes == grid.codes).all()
    half = len(grid.codes) // 2
    selection = Selection(f":{half}", step.selection.bands, step.selection.levels)
    within = EditStep("swap", selection, partner=ITSELF, partner_columns=f"{half}:{2 * half}")
    assert (edit(grid, within, within).codes == grid.codes).all()


@few
@given(grids(), grids())
def test_a_blend_at_0_and_at_1_is_each_side(grid: CodeGrid, other: CodeGrid) -> None:
    none, whole = (EditStep("blend", values={"amount": n}, partner="b") for n in (0.0, 1.0))
    assert (edit(grid, none, other=other).codes == grid.codes).all()
    beside = other.codes[np.arange(len(grid.codes)) % len(other.codes)]
    assert (edit(grid, whole, other=other).codes == beside).all()


@st.composite
def chains(draw: st.DrawFn, names: list[str]) -> list[EditStep]:
    """Steps on all columns of 24, whose windows fit into them; all have the same seed."""
    done, seed = [], draw(st.integers(0, 2**31 - 1))
    levels = draw(st.sampled_from(["", *LABELS, "0,2"]))
    for name in names:
        given = {one.name: draw(values(one)) for one in EDITS[name].parameters}
        window = Traits.of(EDITS[name]).window
        if isinstance(window, str):
            least = {one.name: one.minimum for one in EDITS[name].parameters}[window]
            given[window] = draw(st.sampled_from([n for n in LENGTHS if n >= least]))
        partner = "other" if Traits.of(EDITS[name]).partner else ""
        done.append(EditStep(name, Selection("", "", levels), given, seed, partner))
    return done


def play(codes: Codes, done: list[EditStep]) -> Codes:
    """The codes as they sound live with these edits on from column 0, in this order."""
    edits = [EDITS[step.edit] for step in done]
    store = ParameterStore(parameter_table(edits))
    rack = EditRack(edits, store, BOOKS, lambda switch, text: pytest.fail(text))
    rack.set_order([step.edit for step in done])
    for step in done:
        region = step.selection.resolve(COLUMNS, BANDS, LABELS, 10.0)
        for level in np.flatnonzero(region.levels):
            store.set(Traits.of(EDITS[step.edit]).switch, 1, int(level))
        for name, value in step.values.items():
            store.set(parameter_name(step.edit, name), value)
        rack.partners[step.edit] = Partner("other", OTHER.codes)
    rack.use(rack.read(done[0].seed or 0, 5.0), 0, lambda start, end: codes[start:end])
    return np.concatenate(
        [rack.apply(column, lambda start, end: codes[start:end]) for column in range(COLUMNS)]
    )


@few
@given(grids(COLUMNS, COLUMNS), st.data())
def test_edits_make_the_same_of_a_file_and_of_the_live_stream(
    grid: CodeGrid, data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from(STREAM), min_size=1, max_size=4, unique=True))
    done = data.draw(chains(names))
    assert (edit(grid, *done).codes == play(grid.codes, done)).all()


@pytest.mark.parametrize("name", STREAM)
@few
@given(grids(COLUMNS, COLUMNS), st.data())
def test_an_edit_makes_the_same_of_a_file_and_of_the_live_stream(
    name: str, grid: CodeGrid, data: st.DataObject
) -> None:
    done = data.draw(chains([name]))
    assert (edit(grid, *done).codes == play(grid.codes, done)).all()


@few
@given(st.lists(steps(30), max_size=6))
def test_steps_are_the_same_after_they_were_written_as_text_and_as_a_file(
    tmp_path_factory: pytest.TempPathFactory, done: list[EditStep]
) -> None:
    path = tmp_path_factory.getbasetemp() / "edits.yaml"
    assert [EditStep.parse(str(step), EDITS) for step in done] == done
    save_edit_list(path, EditList(tuple(done)))
    assert load_edit_list(Path(path), EDITS) == EditList(tuple(done))


@pytest.mark.parametrize("name", sorted(EDITS))
def test_an_edit_changes_something_by_default(name: str) -> None:
    step = EditStep(name, partner="b" if Traits.of(EDITS[name]).partner else "")
    if name == "set":
        step = EditStep(name, Selection.at(3, 1, 2), {"code": 5})
    if name in ("copy", "move", "swap"):
        step = EditStep(name, Selection("6:9"), partner=step.partner)
    grid = make_grid(np.random.default_rng(4).integers(0, SIZE, (COLUMNS, BANDS, len(LABELS))))
    few_codes = make_grid(OTHER.codes[:12])
    assert not np.array_equal(edit(grid, step, other=few_codes).codes, grid.codes)


@pytest.mark.parametrize("name", sorted(EDITS))
def test_an_edit_and_its_parameters_are_described_in_sentences(name: str) -> None:
    for text in (EDITS[name].doc, *(parameter.doc for parameter in EDITS[name].parameters)):
        assert text[0].isupper() and text.endswith(".")
