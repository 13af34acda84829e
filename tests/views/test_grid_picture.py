import numpy as np
import pytest

from distill_live.views.canvas import FAINT, INK
from distill_live.views.grid_picture import draw_grid
from distill_live.views.grid_view import GridView
from distill_live.views.png import palette, places
from tests.grids import plain_grid
from tests.png_file import read_png


@pytest.mark.parametrize("columns", [1, 20, 700, 5000])
@pytest.mark.parametrize("bands", [1, 8, 48])
def test_a_picture_of_any_grid_has_a_moderate_size(columns: int, bands: int) -> None:
    grid = plain_grid(columns, bands=bands)
    height, width, _ = read_png(draw_grid(GridView.of_codes(grid), "title")).pixels.shape
    assert 300 < width < 2200 and 150 < height < 800


def test_every_cell_has_its_colour() -> None:
    view = GridView.of_codes(plain_grid(6))
    pixels = read_png(draw_grid(view, "")).pixels.astype(int)
    expected = palette()[places(view.panels(6)[0])].astype(int)  # [Q, F, T, 3]
    seen = {tuple(colour) for colour in pixels.reshape(-1, 3)}
    assert {tuple(colour) for colour in expected.reshape(-1, 3)} <= seen
    # The highest band of the first level: its cells follow each other along a line of pixels.
    row = np.repeat(expected[0, 0], 24, axis=0)
    lines = [line for line in pixels if contains(line, row)]
    assert len(lines) == 16


def contains(line: np.ndarray, part: np.ndarray) -> bool:
    """Whether pixels `[n, 3]` occur somewhere in a line of pixels."""
    starts = range(len(line) - len(part) + 1)
    return any((line[start : start + len(part)] == part).all() for start in starts)


def test_the_axes_are_labelled() -> None:
    pixels = read_png(draw_grid(GridView.of_codes(plain_grid(40)), "codes")).pixels
    height = len(pixels)
    for colour, rows in ((INK, slice(0, height)), (FAINT, slice(height // 2, height))):
        assert (pixels[rows] == colour).all(axis=2).any()
    title = (pixels[:40] == INK).all(axis=2).any(axis=0)
    assert title.any()
