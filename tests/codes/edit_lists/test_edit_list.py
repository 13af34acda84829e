from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.edit import EditContext
from distill_live.codes.edit_lists.edit_list import EditList, EditTools, Lookup, apply_step
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.edit_run import read_only
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from tests.edits.shipped import BOOKS, EDITS, OTHER, lookup, make_grid, tools

GRID = make_grid(OTHER.codes[::-1][:30])


def test_a_list_is_applied_in_order_and_the_grid_stays_as_it_is() -> None:
    before = GRID.codes.copy()
    texts = ("fill 0:4 code=3", "copy 0:2 to=9", "stretch 10: factor=0.5")
    steps = EditList(tuple(EditStep.parse(text, EDITS) for text in texts))
    edited = steps.apply(GRID, tools(OTHER))
    assert (edited.codes[:4] == 3).all() and (edited.codes[9:11, :, :] == 3).sum() >= 12
    assert len(edited.codes) == 20
    assert (GRID.codes == before).all()
    assert (edited.model_name, edited.level_labels) == (GRID.model_name, GRID.level_labels)
    assert EditList().apply(GRID, tools(OTHER)) is GRID


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mask 0:99", r"edit 2 \(mask 0:99\): columns '0:99' are outside: the grid has 30"),
        ("mask --levels air", "there is no level 'air'"),
        ("mask --bands 4", "bands '4' are outside: there are 4 bands"),
        ("mask --band 5", "bands '5' are outside: there are 4 bands, 1-4"),
        ("fill code=12", r"code 12 is above the codebook: legal are codes 0\.\.11"),
        ("set 0 --bands 0 --levels 0 code=12", "is above the codebook"),
        ("swap other.json 0:9 0:300", "columns '0:300' are outside: the grid has 200"),
    ],
)
def test_a_step_that_cannot_be_done_is_named(text: str, told: str) -> None:
    steps = EditList(tuple(EditStep.parse(one, EDITS) for one in ("reverse", text)))
    with pytest.raises(CodesError, match=told):
        steps.apply(GRID, tools(OTHER))


def test_a_partner_must_be_there_and_fit() -> None:
    step = EditStep.parse("interleave other.json", EDITS)

    def missing(name: str) -> CodeGrid:
        raise CodesError(f"cannot read {name}")

    others: list[tuple[Lookup, str]] = [
        (missing, "cannot read other.json"),
        (lookup(replace(OTHER, model_sha256="x")), "has a different codec"),
        (lookup(replace(OTHER, codes=OTHER.codes[:, :2])), "do not fit each other"),
        (lookup(replace(OTHER, codes=OTHER.codes[:0])), "interleave needs a second grid"),
    ]
    for found, told in others:
        with pytest.raises(CodesError, match=told):
            apply_step(step, GRID, EditTools(EDITS, BOOKS, found))
    with pytest.raises(CodesError, match="interleave needs a second grid"):
        apply_step(EditStep("interleave"), GRID, tools(OTHER))


class Odd:
    """An author's edit, which fails."""

    name, doc, window, parameters = "odd", "Fails.", 1, ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        raise ZeroDivisionError("by zero")


def test_an_author_s_edit_that_fails_is_a_clear_error() -> None:
    with pytest.raises(CodesError, match=r"the edit 'odd' failed: ZeroDivisionError\('by zero'\)"):
        apply_step(EditStep("odd"), GRID, EditTools({"odd": Odd()}, BOOKS, lookup(OTHER)))


def test_beats_have_the_length_that_the_tempo_gives_them() -> None:
    seen: list[float] = []

    class Timed(Odd):
        def __call__(self, codes: Codes, context: EditContext) -> Codes:
            seen.append(context.columns_per_beat)
            return codes

    for tempo in (60.0, 120.0):
        step = EditStep("odd", Selection("0"))
        apply_step(step, GRID, EditTools({"odd": Timed()}, BOOKS, lookup(OTHER), tempo))
    assert seen == [10.0, 5.0]


def test_a_grid_can_begin_anywhere_in_a_stream() -> None:
    steps = [EditStep.parse(text, EDITS) for text in ("copy 0:2 to=1009", "mutate", "blend b")]
    copied, _, blended = (apply_step(step, GRID, tools(OTHER), column=1005) for step in steps)
    assert (copied[4:6] == GRID.codes[:2]).all()
    assert (blended == OTHER.codes[5:35]).all()
    # The column 1007 is mutated in the same way wherever the grid begins.
    later = apply_step(steps[1], GRID.with_codes(GRID.codes[2:]), tools(OTHER), column=1007)
    assert (later == apply_step(steps[1], GRID, tools(OTHER), column=1005)[2:]).all()


def test_the_grid_itself_can_be_the_partner() -> None:
    step = EditStep.parse("interleave . 0:5 20:25 --levels 0", EDITS)
    edited = apply_step(step, GRID, tools(OTHER))
    assert (edited[:5, :, 0] == GRID.codes[20:25, :, 0]).all()
    assert np.array_equal(edited[5:], GRID.codes[5:])


def test_all_steps_see_the_same_codebooks_so_that_what_is_known_of_them_is_kept() -> None:
    seen = []

    class Looks(Odd):
        def __call__(self, codes: Codes, context: EditContext) -> Codes:
            seen.append(context.codebooks)
            return codes.copy()

    books = read_only(BOOKS)
    EditList((EditStep("odd"), EditStep("odd"))).apply(
        GRID, EditTools({"odd": Looks()}, books, lookup(OTHER))
    )
    assert {id(one) for one in seen} == {id(books)}
