import io
import re

import numpy as np
import pytest
from rich.console import Console

from distill_live.views.grid_view import GridView
from distill_live.views.png import shade_indices, shades
from distill_live.views.terminal import colour_lines, number_lines
from tests.grids import plain_grid

ALL = np.ones(3, bool)


def printed(view: GridView, width: int) -> list[str]:
    """The lines as a terminal gets them, with its codes for colours."""
    file = io.StringIO()
    console = Console(
        file=file, force_terminal=True, color_system="truecolor", width=width, legacy_windows=False
    )
    for line in colour_lines(view, width):
        console.print(line, no_wrap=True, crop=True)
    return file.getvalue().splitlines()


def plain(line: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", line)


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("columns", [1, 30, 500])
def test_every_line_fits_the_terminal(width: int, columns: int) -> None:
    lines = printed(GridView.of_codes(plain_grid(columns)), width)
    assert max(len(plain(line)) for line in lines) <= width


def test_two_bands_share_a_line_in_the_colours_of_their_codes() -> None:
    view = GridView.of_codes(plain_grid(1))
    first = printed(view, 40)[0]
    high, low = shades()[shade_indices(view.panels(1)[0])][0, :2, 0].tolist()
    upper, lower = (";".join(map(str, colour)) for colour in (high, low))
    assert f"38;2;{upper}" in first and f"48;2;{lower}" in first
    assert plain(first).startswith("Structure 4 ▀▀▀▀")


def test_levels_and_bands_are_named_and_seconds_are_below() -> None:
    lines = [plain(line) for line in printed(GridView.of_codes(plain_grid(40)), 80)]
    heads = [line[:11].split() for line in lines if "▀" in line]
    assert heads == [["Structure", "4"], ["2"], ["Timbre", "4"], ["2"], ["Detail", "4"], ["2"]]
    # A column of 0.1 s is one character wide; 4 s would stand beyond the last one.
    assert lines[-2].rstrip() == " " * 12 + "0         1         2         3"
    assert "seconds" in lines[-1]


def test_many_columns_in_one_place_are_told() -> None:
    last = plain(printed(GridView.of_codes(plain_grid(500)), 80)[-1])
    assert "8 columns in each place" in last


def test_without_colours_every_code_is_a_number() -> None:
    grid = plain_grid(30)
    lines = list(number_lines(grid, 40, 0, ALL))
    assert max(map(len, lines)) <= 40
    for level in range(3):
        rows = [line.split() for line in lines if line.startswith(grid.level_labels[level])]
        top = [int(code) for row in rows for code in row[2:]]
        assert top == grid.codes[:, 3, level].tolist()
        # Bands are counted from 1, for who reads them.
        assert {row[1] for row in rows} == {"4"}


def test_sections_tell_their_columns_and_times() -> None:
    lines = list(number_lines(plain_grid(10), 200, 20, ALL))
    assert lines[0] == "columns 20:30, 2.00s:3.00s"


def test_a_label_cannot_command_the_terminal() -> None:
    grid = plain_grid(2)
    object.__setattr__(grid, "level_labels", ("\x1b[31mred", "b", "c"))
    shown = "\n".join(plain(line) for line in printed(GridView.of_codes(grid), 60))
    assert "\x1b" not in shown and "\\x1b[31mred" in shown
    assert "\x1b" not in "\n".join(number_lines(grid, 60, 0, ALL))
