from __future__ import annotations

from dataclasses import replace

import pytest

from distill_live.codes.edit_lists.edit_list import apply_step
from distill_live.codes.edit_lists.edit_step import EditStep, usage
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError, DistillError
from tests.edits.shipped import EDITS, OTHER, make_grid, tools


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("reverse", EditStep("reverse")),
        ("reverse 0:16 columns=4", EditStep("reverse", Selection("0:16"), {"columns": 4.0})),
        ("reverse columns=4 0:16", EditStep("reverse", Selection("0:16"), {"columns": 4.0})),
        (
            "swap other.json 0:2s 1:3s --levels structure",
            EditStep(
                "swap", Selection("0:2s", "", "structure"), {}, None, "other.json", "1:3s"
            ),
        ),
        (
            "mutate --band low,3 --seed 5 share=.5",
            EditStep("mutate", Selection(band="low,3"), {"share": 0.5}, 5),
        ),
        (
            "mutate --band=1-2 --seed=0 --levels='high air'",
            EditStep("mutate", Selection("", "", "high air", "1-2"), {}, 0),
        ),
        # As earlier versions wrote it, with the meaning that it had.
        ("mutate --bands 0:2", EditStep("mutate", Selection(bands="0:2"))),
        (
            "blend 'a b=c.json' : 3: amount=1",
            EditStep("blend", Selection(":"), {"amount": 1.0}, None, "a b=c.json", "3:"),
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
        (
            "swap",
            "swap needs a second grid before the columns: a file .or a clip, when playing live.",
        ),
        ("blend amount=0.5", "blend needs a second grid"),
        ("mutate --band 1 --bands 0", "give the bands once, with --band; usage: mutate"),
        ("mutate bands=1-2", "write --band 1-2 with -- before it"),
        ("mutate bands 2", "write --band 2 with -- before it"),
        ("mutate amount=1", "mutate has no parameter 'amount'; it has: share, distance"),
        ("mutate shar=1", r"no parameter 'shar' \(did you mean 'share'\?\)"),
        ("mask depth=1", "mask has no parameter 'depth'; it has: none"),
        ("mutate share=2", r"share takes 0\.\.1, not 2"),
        ("echo columns=2.5", r"columns takes a whole number, 1\.\.64 columns, not 2\.5"),
        ("mutate share=x", "share takes a number, not 'x'"),
        ("mutate share=nan", "share takes a finite number, not 'nan'"),
        ("mutate share=", "share needs a number right after the =, such as share=1"),
        ("mutate share 0.5", "^write share=0.5, with = and without spaces; usage: mutate"),
        ("mutate 0:4 share 0.5", "^write share=0.5, with ="),
        ("mutate share:0.5", "^write share=0.5, with ="),
        ("blend b.json amount 0.5", "^write amount=0.5, with ="),
        ("mutate --share 0.5", "^share is a parameter: write share=0.5; usage"),
        ("mutate --share=0.5", "^share is a parameter: write share=0.5; usage"),
        ("mutate levels structure", "^write --levels structure with -- before it; usage"),
        ("mutate levels=structure", "^write --levels structure with -- before it; usage"),
        ("mutate --level 0", "there is no option --level; usage: mutate"),
        ("mutate --levels", "--levels needs a value"),
        ("mutate --levels=", "--levels needs a value"),
        ("mutate --level=0", "there is no option --level; usage: mutate"),
        ("mutate --levels 0 --levels=1", "--levels is given twice; usage: mutate"),
        ("mutate share=0 share=1", "share is given twice; usage: mutate"),
        ("mutate --seed -1", r"--seed takes a whole number, 0\.\.2147483647, not -1$"),
        ("fill code=1e9", r"code takes a whole number, 0\.\.32767, not 1000000000$"),
        ("mutate --seed 1.5", "--seed takes a whole number"),
        ("mutate --seed one", "--seed takes a number, not 'one'"),
        ("mutate 'share=1", "cannot be read: No closing quotation"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_is_legal(text: str, told: str) -> None:
    with pytest.raises(DistillError, match=told):
        EditStep.parse(text, EDITS)


def test_usage_tells_the_words_in_their_order() -> None:
    assert usage(EDITS["swap"]) == (
        "usage: swap GRID [COLUMNS] [GRID-COLUMNS] [--band BANDS] [--levels LEVELS] [--seed SEED]"
    )
    assert "[share=0..1] [distance=0..2]" in usage(EDITS["mutate"])
    assert usage(EDITS["copy"]).startswith("usage: copy [COLUMNS] [to=COLUMN] ")


def test_a_unit_at_the_end_of_columns_is_that_of_both() -> None:
    grid = make_grid(OTHER.codes[::-1][:30])
    step = EditStep.parse("swap other.json 0:2s 1:3s --levels structure", EDITS)
    # A column lasts 0.1 s.
    edited = apply_step(step, grid, tools(OTHER))
    assert (edited[:20, :, 0] == OTHER.codes[10:30, :, 0]).all()
    assert (edited[20:] == grid.codes[20:]).all() and (edited[..., 1:] == grid.codes[..., 1:]).all()


@pytest.mark.parametrize("there", ["4s:5s", "4:5s", "4000ms:5s"])
def test_equal_times_have_equally_many_columns(there: str) -> None:
    # A column lasts 85 ms: the ends of these seconds are rounded differently.
    grid, other = (replace(one, column_samples=4_096) for one in (make_grid(OTHER.codes), OTHER))
    step = EditStep.parse(f"swap other.json 1s:2s {there}", EDITS)
    edited = apply_step(step, grid, tools(other))
    assert (edited[12:23] == other.codes[47:58]).all()
    step = EditStep.parse("swap other.json 1s:2s 4s:5.2s", EDITS)
    with pytest.raises(CodesError, match="same length; these have 11 and 14 columns"):
        apply_step(step, grid, tools(other))


@pytest.mark.parametrize(
    ("text", "place"),
    [("to=2s", 20), ("to=2000ms", 20), ("to=+4", 10), ("to=-4", 2), ("to=+0.5s", 11),
     ("to=-.5s", 1), ("to=20", 20)],
)  # fmt: skip
def test_a_place_can_be_a_time_or_a_distance_from_the_region(text: str, place: int) -> None:
    # A column lasts 0.1 s.
    grid = make_grid(OTHER.codes[:30])
    step = EditStep.parse(f"copy 6:8 {text}", EDITS)
    assert EditStep.parse(str(step), EDITS) == step
    expected = grid.codes.copy()
    expected[place : place + 2] = grid.codes[6:8]
    assert (apply_step(step, grid, tools(OTHER)) == expected).all()
    # In the stream columns have other numbers, and so has the place, unless it is a distance.
    start = 100 if text[3] in "+-" else 0
    assert (apply_step(step, grid, tools(OTHER), start) == expected).all()


def test_a_length_in_columns_can_be_a_time() -> None:
    grid = make_grid(OTHER.codes[:30])
    timed, plain = (EditStep.parse(f"reverse {text}", EDITS) for text in
                    ("columns=0.5s", "columns=5"))  # fmt: skip
    assert (apply_step(timed, grid, tools(OTHER)) == apply_step(plain, grid, tools(OTHER))).all()
    too_long = EditStep.parse("reverse columns=20s", EDITS)
    with pytest.raises(
        DistillError, match=r"columns takes a whole number, 2\.\.64 columns, not 200"
    ):
        apply_step(too_long, grid, tools(OTHER))


@pytest.mark.parametrize(
    "text", ["copy to=soon", "copy to=+soon", "copy to=2x", "reverse columns=s"]
)
def test_what_is_neither_a_number_nor_a_time_is_refused(text: str) -> None:
    with pytest.raises(CodesError, match=r"takes a .*time.*, not"):
        EditStep.parse(text, EDITS)


def test_columns_in_the_place_of_the_second_grid_are_explained() -> None:
    with pytest.raises(CodesError, match="blend needs a second grid before the columns: a fi"):
        EditStep.parse("blend 0:4", EDITS)
