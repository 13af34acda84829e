"""edit, as it is typed; what each edit does has tests of its own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid
from distill_live.commands import edit as command
from distill_live.models.file.loaded import LoadedVQModel
from tests.conftest import RunCli
from tests.grids import model_grid, saved


@pytest.fixture
def pair(tiny_model: LoadedVQModel, tiny_in_library: Path) -> tuple[CodeGrid, CodeGrid]:
    """Two grids of a model in the library: a.json, of 12 columns, and b.json, of 20."""
    grids = model_grid(tiny_model, 12), model_grid(tiny_model, 20, seed=1)
    for name, grid in zip(("a.json", "b.json"), grids, strict=True):
        saved(grid, name)
    return grids


def test_edits_are_done_in_their_order(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    result = run_cli("edit", "a.json", "--do", "fill 0:4 code=3", "--do", "fill 2:6 code=5")
    assert result.out == "a_edited.json: 12 columns x 8 bands x 3 levels, " + (
        f"{int((load_grid(Path('a_edited.json')).codes != pair[0].codes).sum())} codes changed\n"
    )
    codes = load_grid(Path("a_edited.json")).codes
    assert (codes[:2] == 3).all() and (codes[2:6] == 5).all()
    assert (codes[6:] == pair[0].codes[6:]).all()


def test_the_grid_that_is_edited_stays_as_it_is(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    before = Path("a.json").read_bytes()
    for _ in range(2):
        run_cli("edit", "a.json", "--do", "reverse")
    assert Path("a.json").read_bytes() == before
    assert Path("a_edited_2.json").read_bytes() == Path("a_edited.json").read_bytes()


def test_a_swap_has_another_side(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    a, b = pair
    swap = "swap b.json 0:4 10:14 --levels structure"
    result = run_cli(
        "edit", "a.json", "--do", swap, "--output", "a2.npz", "--output-other", "b2.json"
    )
    assert result.out.splitlines()[1] == "b2.json: b.json after the swap"
    edited, other = load_grid(Path("a2.npz")), load_grid(Path("b2.json"))
    assert (edited.codes[:4, :, 0] == b.codes[10:14, :, 0]).all()
    assert (other.codes[10:14, :, 0] == a.codes[:4, :, 0]).all()
    assert (edited.codes[..., 1:] == a.codes[..., 1:]).all()
    assert load_grid(Path("b.json")) == b


def test_swapping_twice_changes_neither_side(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    swap = "swap b.json 0:4 10:14"
    run_cli(
        "edit", "a.json", "--do", swap, "--do", swap, "--output", "a2.json",
        "--output-other", "b2.json",
    )  # fmt: skip
    assert (load_grid(Path("a2.json")), load_grid(Path("b2.json"))) == pair


def test_a_list_that_was_saved_is_replayed_on_another_grid(
    run_cli: RunCli, tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    edits = ("--do", "mutate 0:8 share=0.5 --seed 4", "--do", "swap b.json 0:2 4:6")
    run_cli("edit", "a.json", *edits, "--output", "one.json", "--save-edits", "edits.yaml")
    run_cli("edit", "a.json", "--apply", "edits.yaml", "--output", "two.json")
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()
    saved(model_grid(tiny_model, 15, seed=2), "c.json")
    result = run_cli("edit", "c.json", "--apply", "edits.yaml", "--do", "reverse")
    assert result.code == 0
    run_cli("edit", "c.json", *edits, "--do", "reverse", "--output", "three.json")
    assert Path("c_edited.json").read_bytes() == Path("three.json").read_bytes()


def test_a_list_that_cannot_be_saved_is_told_before_a_grid_is_written(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    before = sorted(Path().iterdir())
    code, out, err = run_cli("edit", "a.json", "--do", "reverse", "--save-edits", "a.json/x.yaml")
    assert (code, out) == (1, "") and "cannot save a.json" in err
    assert sorted(Path().iterdir()) == before


def test_one_grid_is_one_grid_however_its_name_is_written(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    swaps = ("--do", "swap b.json 0:4 10:14", "--do", "swap ./b.json 0:4 10:14")
    result = run_cli(
        "edit", "a.json", *swaps, "--output", "a2.json", "--output-other", "b2.json"
    )  # fmt: skip
    assert result.out.splitlines()[1] == "b2.json: b.json after the swap"
    assert (load_grid(Path("a2.json")), load_grid(Path("b2.json"))) == pair


def test_a_swap_needs_columns_that_both_grids_have(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    code, _, err = run_cli("edit", "b.json", "--do", "reverse", "--do", "swap a.json")
    assert code == 1 and "edit 2 (swap a.json): swap swaps the same columns of both grids" in err
    assert "a.json has only 12: choose columns, such as 0:12" in err


def test_the_prior_draws_a_region_again(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    result = run_cli("edit", "a.json", "--do", "resample 4:8 takes=2 --levels structure")
    assert result.code == 0, result.err
    changed = load_grid(Path("a_edited.json")).codes != pair[0].codes
    assert changed[4:8, :, 0].any()
    changed[4:8, :, 0] = False
    assert not changed.any()


def test_beats_are_measured_by_the_tempo(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    for tempo in (60, 240):
        run_cli(
            "edit", "b.json", "--do", "stutter 8:20", "--tempo", tempo, "--output", f"{tempo}.json"
        )
    assert Path("60.json").read_bytes() != Path("240.json").read_bytes()


def test_a_grid_may_become_longer_but_not_endlessly(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid], monkeypatch: pytest.MonkeyPatch
) -> None:
    stretch = ("--do", "stretch 0:4 factor=4")
    out = run_cli("edit", "a.json", *stretch).out
    assert out == "a_edited.json: 24 columns x 8 bands x 3 levels, 12 columns before\n"
    monkeypatch.setattr(command, "_MOST_COLUMNS", 30)
    code, out, err = run_cli("edit", "a.json", *stretch * 2)
    assert (code, out) == (1, "") and "would have 36 columns; legal: up to 30" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "there is nothing to do"),
        (("--do", "revers"), "did you mean 'reverse'?"),
        (("--do", ""), "--do ''"),
        (("--do", "swap"), "needs a second grid"),
        (("--do", "swap missing.json 0:2"), "cannot read missing.json"),
        (("--do", "reverse 5:5"), "edit 1 (reverse 5:5)"),
        (("--do", "reverse 0:99"), "are outside"),
        (("--do", "reverse --levels air"), "'air'"),
        (("--do", "fill code=16"), "above the codebook"),
        (("--do", "reverse 0:4", "--do", "fill code=99"), "edit 2"),
        (("--do", "swap rain.json 0:2 0:2"), "'rain'"),
        (("--do", "swap two.json 0:2 0:2"), "edit 1"),
        (("--apply", "missing.yaml"), "missing.yaml"),
        (("--do", "reverse", "--output", "x.wav"), "must end in .json or .npz"),
        (("--do", "reverse", "--output-other", "x.json"), "these swap with: none"),
        (("--do", "swap b.json 0:2 0:2", "--output-other", "x.txt"), "must end in"),
        (
            ("--do", "swap b.json 0:2 0:2", "--output-other", "x.json", "--output", "./x.json"),
            "are the same file",
        ),
        (("--do", "reverse", "--output", "x.json", "--save-edits", "./x.json"), "the same file"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_writes_nothing(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid], arguments: tuple[str, ...], told: str
) -> None:
    saved(replace(pair[1], model_name="rain", model_sha256="other"), "rain.json")
    saved(replace(pair[1], codes=pair[1].codes[:, :4]), "two.json")
    before = {path: path.read_bytes() for path in Path().glob("*.*")}
    code, out, err = run_cli("edit", "a.json", *arguments)
    assert (code, out) == (1, "") and told in err
    assert err.replace("model: ", "error: ").count("error: ") == err.count("\n")
    assert {path: path.read_bytes() for path in Path().glob("*.*")} == before


@pytest.mark.parametrize("names", [("x.json", "x.json"), ("x.json", "x_2.json")])
@pytest.mark.parametrize("option", ["--save-edits", "--output-other"])
def test_two_files_do_not_get_one_name_where_the_first_exists(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid], option: str, names: tuple[str, str]
) -> None:
    saved(pair[1], "x.json")
    before = {path: path.read_bytes() for path in Path().glob("*.*")}
    output, other = names
    swap = ("--do", "swap b.json 0:2 0:2")
    code, out, err = run_cli("edit", "a.json", *swap, "--output", output, option, other)
    assert (code, out) == (1, "") and err.endswith("are the same file, x_2.json\n")
    assert {path: path.read_bytes() for path in Path().glob("*.*")} == before


def test_one_of_something_is_not_called_many(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    code = (int(pair[0].codes[0, 0, 0]) + 1) % 16
    cell = f"set 0 code={code} --bands 0 --levels 0"
    out = run_cli("edit", "a.json", "--do", cell, "--save-edits", "list.yaml").out
    assert out.splitlines() == [
        "list.yaml: 1 edit",
        "a_edited.json: 12 columns x 8 bands x 3 levels, 1 code changed",
    ]
    saved(replace(pair[0], codes=pair[0].codes[:1]), "short.json")
    out = run_cli("edit", "short.json", "--do", "stretch factor=2").out
    assert out == "short_edited.json: 2 columns x 8 bands x 3 levels, 1 column before\n"
    out = run_cli("codes", "stats", "short.json").out
    assert out.startswith("1 column x 8 bands x 3 levels, 0.09 s\n")


def test_a_list_that_names_the_grid_that_it_is_applied_to_means_it_as_it_is_by_then(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    steps = ("--do", "reverse", "--do", "swap ./a.json 0:2 4:6")
    assert run_cli("edit", "b.json", *steps, "--save-edits", "list.yaml")[0] == 0
    assert run_cli("edit", "a.json", "--apply", "list.yaml", "--output", "x.json")[0] == 0
    expected = pair[0].codes[::-1].copy()
    expected[[0, 1, 4, 5]] = expected[[4, 5, 0, 1]]
    np.testing.assert_array_equal(load_grid(Path("x.json")).codes, expected)


def test_only_one_other_side_can_be_written(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    saved(pair[1], "c.json")
    swaps = ("--do", "swap b.json 0:2 0:2", "--do", "swap c.json 0:2 0:2")
    code, _, err = run_cli("edit", "a.json", *swaps, "--output-other", "x.json")
    assert code == 1 and "these swap with: b.json, c.json" in err


def test_a_grid_of_a_distill_v1_model_can_be_edited(
    run_cli: RunCli, old_model: LoadedVQModel, old_model_path: Path, tiny_in_library: Path
) -> None:
    grid = model_grid(old_model, 5)
    saved(grid, "old.json")
    result = run_cli("edit", "old.json", "--do", "reverse", "--model", old_model_path)
    assert result.code == 0, result.err
    assert np.array_equal(load_grid(Path("old_edited.json")).codes, grid.codes[::-1])
