"""How the model of a grid is found: as all commands about grids do it."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.models.file.header import rewrite_metadata
from tests.conftest import RunCli
from tests.grids import saved


def edit(run_cli: RunCli, *more: object) -> tuple[int, str]:
    """The end of an edit that needs a model, and what was said about it."""
    code, _, err = run_cli("edit", "loop.json", "--do", "mask", "--output", "out.json", *more)
    return code, err


def test_the_model_is_found_by_the_name_in_the_grid(
    run_cli: RunCli, grid: CodeGrid, tiny_in_library: Path
) -> None:
    assert edit(run_cli) == (0, f"model: {tiny_in_library}\n")


def test_a_model_with_another_name_is_found_by_its_codec(
    run_cli: RunCli, grid: CodeGrid, tiny_in_library: Path, tiny_two_levels_path: Path
) -> None:
    renamed = tiny_in_library.with_name("other.distill")
    tiny_in_library.rename(renamed)
    rewrite_metadata(renamed, name="other")
    # Another model has its name by now.
    shutil.copy(tiny_two_levels_path, tiny_in_library)
    assert edit(run_cli) == (0, f"model: {renamed}\n")


def test_without_its_model_a_grid_cannot_be_edited(
    run_cli: RunCli, grid: CodeGrid, tiny_in_library: Path, tmp_path: Path
) -> None:
    away = tmp_path / "away.distill"
    tiny_in_library.rename(away)
    code, err = edit(run_cli)
    assert code == 1 and "no model in the library has the codec of these codes" in err
    assert "'tiny'" in err and err.count("\n") == 1
    assert edit(run_cli, "--model", away) == (0, "")


def test_the_model_that_is_named_must_have_made_the_grid(
    run_cli: RunCli, grid: CodeGrid, tiny_two_levels_path: Path
) -> None:
    code, err = edit(run_cli, "--model", tiny_two_levels_path)
    assert code == 1 and err.count("\n") == 1
    assert "made by the model 'tiny'" in err and not Path("out.json").exists()


@pytest.mark.parametrize("relative", [True, False])
def test_a_name_in_a_grid_does_not_lead_out_of_the_library(
    run_cli: RunCli, grid: CodeGrid, tiny_in_library: Path, tmp_path: Path, relative: bool
) -> None:
    away = tmp_path / "elsewhere" / "away"
    away.parent.mkdir()
    tiny_in_library.rename(away)
    name = os.path.relpath(away) if relative else str(away)
    saved(replace(grid, model_name=name), "loop.json")
    code, err = edit(run_cli)
    assert code == 1 and "no model in the library" in err
    assert edit(run_cli, "--model", name) == (0, "")


def test_a_grid_may_claim_what_its_model_does_not_have(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(replace(grid, codes=np.full((2, 7, 3), 1)), "loop.json")
    code, err = edit(run_cli)
    assert code == 1 and "needs codes with 8 bands, but these have 7" in err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot read loop.json"),
        ("", "damaged"),
        ("{}", "contains no codes"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_a_file_that_is_no_grid_is_one_clear_error(
    run_cli: RunCli, grid: CodeGrid, content: str | None, told: str
) -> None:
    Path("loop.json").unlink()
    if content is not None:
        Path("loop.json").write_text(content)
    for command in (
        ("edit", "loop.json", "--do", "mask"),
        ("blend", "loop.json", "loop.json"),
        ("morph", "loop.json", "loop.json", "--seconds", 1),
        ("codes", "show", "loop.json"),
        ("codes", "diff", "loop.json", "loop.json"),
        ("codes", "stats", "loop.json"),
        ("codes", "preview", "tiny", "--grid", "loop.json", "--column", 0),
    ):
        code, out, err = run_cli(*command)
        assert (code, out) == (1, "") and told in err and err.count("\n") == 1


def test_a_grid_without_columns_is_refused(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(replace(grid, codes=grid.codes[:0]), "loop.json")
    code, err = edit(run_cli)
    assert code == 1 and "loop.json has no columns" in err
