from dataclasses import replace
from pathlib import Path

import pytest

from distill_live.codes.grid import CodeGrid
from tests.conftest import RunCli
from tests.grids import saved
from tests.png_file import read_png
from tests.pseudo_terminal import in_terminal


def test_without_a_terminal_the_codes_are_numbers(run_cli: RunCli, grid: CodeGrid) -> None:
    code, out, err = run_cli("codes", "show", "loop.json", "--levels", "timbre")
    assert (code, err) == (0, "") and "\x1b" not in out
    rows = [line.split() for line in out.splitlines() if line and not line.startswith("columns")]
    assert [int(number) for number in rows[0][2:]] == grid.codes[:, 7, 1].tolist()
    assert [int(number) for number in rows[7][1:]] == grid.codes[:, 0, 1].tolist()


def test_columns_can_be_chosen(run_cli: RunCli, grid: CodeGrid) -> None:
    out = run_cli("codes", "show", "loop.json", "--columns", "0.5s:0.8s").out
    assert out.startswith("columns 6:9, 0.51s:0.77s\n")


def test_a_terminal_gets_colours_that_fit_it(grid: CodeGrid) -> None:
    shown = in_terminal(["codes", "show", "loop.json"], columns=60)
    assert "\x1b[" in shown.coloured and "▀" in shown.plain
    assert max(map(len, shown.plain.splitlines())) <= 60


def test_a_picture_shows_the_columns_that_are_chosen(run_cli: RunCli, grid: CodeGrid) -> None:
    assert run_cli("codes", "show", "loop.json", "--png", "whole.png").out == "whole.png\n"
    run_cli("codes", "show", "loop.json", "--png", ".", "--columns", "0:4", "--levels", "0")
    whole, part = (read_png(Path(name).read_bytes()) for name in ("whole.png", "loop.png"))
    assert part.pixels.shape[0] < whole.pixels.shape[0]


def test_without_the_model_colours_follow_the_numbers(
    run_cli: RunCli, grid: CodeGrid, tiny_in_library: Path
) -> None:
    run_cli("codes", "show", "loop.json", "--png", "like.png")
    tiny_in_library.unlink()
    code, _, err = run_cli("codes", "show", "loop.json", "--png", "number.png")
    assert code == 0 and err.startswith("note: colours follow the numbers of the codes: ")
    assert Path("like.png").read_bytes() != Path("number.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--columns", "5:5"), "'5:5' select"),
        (("--columns", "0:99"), "are outside"),
        (("--levels", "air"), "'air'"),
        (("--png", "missing.json/x.png"), "cannot write"),
        (("--png", "loop.wav"), "--png loop.wav must end in .png, or be a folder that exists"),
        (("--png", "loop.json"), "--png loop.json must end in .png"),
    ],
)
def test_what_cannot_be_shown_is_one_line(
    run_cli: RunCli, grid: CodeGrid, arguments: tuple[str, ...], told: str
) -> None:
    Path("missing.json").write_text("a file")
    code, out, err = run_cli("codes", "show", "loop.json", *arguments)
    assert (code, out) == (1, "") and told in err
    if "--png" in arguments:
        again = run_cli("codes", "diff", "loop.json", "loop.json", *arguments)
        assert again.code == 1 and told in again.err


def test_the_same_grid_gives_the_same_picture(run_cli: RunCli, grid: CodeGrid) -> None:
    saved(replace(grid), "same.json")
    for name in ("loop", "same"):
        Path("grid.json").unlink(missing_ok=True)
        Path(f"{name}.json").rename("grid.json")
        run_cli("codes", "show", "grid.json", "--png", f"{name}.png")
    assert Path("loop.png").read_bytes() == Path("same.png").read_bytes()
