import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from distill_live.codes.grid import CodeGrid
from tests.conftest import RunCli
from tests.grids import saved
from tests.png_file import read_png


def changed(grid: CodeGrid) -> CodeGrid:
    """The grid with two other codes."""
    codes = grid.codes.copy()
    for place in ((5, 2, 0), (3, 7, 1)):
        codes[place] = (codes[place] + 1) % 16
    return replace(grid, codes=codes)


def test_grids_that_are_the_same_are_said_to_be(run_cli: RunCli, grid: CodeGrid) -> None:
    result = run_cli("codes", "diff", "loop.json", "loop.json")
    assert result == (0, "the codes of all 12 columns are the same\n", "")


def test_what_differs_is_counted_and_the_first_is_named(run_cli: RunCli, grid: CodeGrid) -> None:
    other = changed(grid)
    saved(other, "other.json")
    lines = run_cli("codes", "diff", "loop.json", "other.json").out.splitlines()
    assert lines[0] == "2 of 288 codes differ, in 2 of 12 columns"
    rows = [line.split() for line in lines]
    assert ["3", "1", "0", "0"] in rows and ["all", "1", "1", "0"] in rows
    before, after = grid.codes[3, 7, 1], other.codes[3, 7, 1]
    assert f"  column 3 (0.26 s), band 8, Timbre: {before} -> {after}" in lines


def test_columns_that_differ_are_counted_once(run_cli: RunCli, grid: CodeGrid) -> None:
    codes = grid.codes.copy()
    codes[4] = (codes[4] + 1) % 16
    saved(replace(grid, codes=codes), "other.json")
    out = run_cli("codes", "diff", "loop.json", "other.json").out
    assert out.startswith("24 of 288 codes differ, in 1 of 12 columns\n")
    codes[4, 1:] = grid.codes[4, 1:]
    codes[4, 0, 1:] = grid.codes[4, 0, 1:]
    saved(replace(grid, codes=codes), "other.json")
    out = run_cli("codes", "diff", "loop.json", "other.json").out
    assert out.startswith("1 of 288 codes differs, in 1 of 12 columns\n")


def test_a_longer_grid_is_told(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(replace(grid, codes=grid.codes[:9]), "short.json")
    out = run_cli("codes", "diff", "loop.json", "short.json").out
    assert out.startswith("the first grid is 3 columns longer\n")
    saved(replace(grid, codes=grid.codes[:8]), "shorter.json")
    out = run_cli("codes", "diff", "shorter.json", "short.json").out
    assert out.startswith("the second grid is 1 column longer\n")


def test_programs_get_json(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(changed(grid), "other.json")
    found = json.loads(run_cli("codes", "diff", "loop.json", "other.json", "--json").out)
    assert (found["changed"], found["changed_columns"], found["columns"]) == (2, 2, 12)
    assert found["changed_by_level_and_band"]["Structure"] == [0, 0, 1, 0, 0, 0, 0, 0]
    assert [cell["column"] for cell in found["first_changes"]] == [3, 5]


def test_a_picture_shows_where(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(changed(grid), "other.json")
    assert run_cli("codes", "diff", "loop.json", "other.json", "--png", ".").out == (
        "loop-other.png\n"
    )
    run_cli("codes", "diff", "loop.json", "loop.json", "--png", "none.png")
    some, none = (read_png(Path(name).read_bytes()) for name in ("loop-other.png", "none.png"))
    assert len(np.unique(some.pixels)) == len(np.unique(none.pixels)) + 1


def test_grids_of_different_models_are_refused(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(replace(grid, model_sha256="other", model_name="rain"), "other.json")
    code, out, err = run_cli("codes", "diff", "loop.json", "other.json")
    assert (code, out) == (1, "") and "'rain'" in err and err.count("\n") == 1
