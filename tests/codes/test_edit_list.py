from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.edit import EditContext
from distill_live.codes.edit_list import EditList, EditStep, EditTools, Lookup, apply_step, usage
from distill_live.codes.edit_run import read_only
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, DistillError
from tests.edits.shipped import BOOKS, EDITS, OTHER, lookup, make_grid, tools

GRID = make_grid(OTHER.codes[::-1][:30])


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("reverse", EditStep("reverse")),
        ("reverse 0:16 columns=4", EditStep("reverse", Selection("0:16"), {"columns": 4.0})),
        ("reverse columns=4 0:16", EditStep("reverse", Selection("0:16"), {"columns": 4.0})),
        (
            "swap other.json 0:2s 1:3s --levels structure",
            EditStep(
                "swap", Selection("0:2s", "", "structure"), {}, 0, "other.json", "1:3s"
            ),
        ),
        (
            "mutate --bands low,3 --seed 5 share=.5",
            EditStep("mutate", Selection("", "low,3"), {"share": 0.5}, 5),
        ),
        (
            "blend 'a b=c.json' : 3: amount=1",
            EditStep("blend", Selection(":"), {"amount": 1.0}, 0, "a b=c.json", "3:"),
        ),
        ("blend ./a=b.json", EditStep("blend", partner="./a=b.json")),
    ],
)  # fmt: skip
def test_a_step_is_written_as_words(text: str, step: EditStep) -> None:
    assert EditStep.parse(text, EDITS) == step
    assert EditStep.parse(str(step), EDITS) == step


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no edit ''; installed: blend, copy"),
        ("revers", r"there is no edit 'revers' \(did you mean 'reverse'\?\); installed: "),
        ("reverse 0:16 0:8", r"'0:8' is one word too many; usage: reverse \[COLUMNS\]"),
        ("swap a.json 0:1 1:2 2:3", r"too many; usage: swap GRID \[COLUMNS\] \[GRID-COLUMNS\]"),
        ("swap", "swap needs a second grid; usage: swap GRID"),
        ("blend amount=0.5", "blend needs a second grid"),
        ("mutate amount=1", "mutate has no parameter 'amount'; it has: share, distance"),
        ("mutate shar=1", r"no parameter 'shar' \(did you mean 'share'\?\)"),
        ("mask depth=1", "mask has no parameter 'depth'; it has: none"),
        ("mutate share=2", r"share takes 0\.\.1, not 2"),
        ("echo columns=2.5", r"columns takes a whole number, 1\.\.64 columns, not 2\.5"),
        ("mutate share=x", "share takes a number, not 'x'"),
        ("mutate share=nan", "share takes a finite number, not 'nan'"),
        ("mutate share=", "share takes a number, not ''"),
        ("mutate --level 0", "there is no option --level; usage: mutate"),
        ("mutate --levels", "--levels needs a value"),
        ("mutate --seed -1", r"--seed takes a whole number, 0\.\.2147483647|2\.14748e\+09, not -1"),
        ("mutate --seed 1.5", "--seed takes a whole number"),
        ("mutate --seed one", "--seed takes a number, not 'one'"),
        ("mutate 'share=1", "cannot be read: No closing quotation"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_is_legal(text: str, told: str) -> None:
    with pytest.raises(DistillError, match=told):
        EditStep.parse(text, EDITS)


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


def test_usage_tells_the_words_in_their_order() -> None:
    assert usage(EDITS["swap"]) == (
        "usage: swap GRID [COLUMNS] [GRID-COLUMNS] [--bands BANDS] [--levels LEVELS] [--seed SEED]"
    )
    assert "[share=0..1] [distance=0..2]" in usage(EDITS["mutate"])


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
