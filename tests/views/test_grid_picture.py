import pytest

from distill_live.views.canvas import FAINT, INK, SHADES
from distill_live.views.grid_picture import draw_grid
from distill_live.views.grid_view import GridView
from distill_live.views.png import shade_indices
from tests.grids import plain_grid
from tests.png_file import read_png


@pytest.mark.parametrize("columns", [1, 20, 700, 5000])
@pytest.mark.parametrize("bands", [1, 8, 48])
def test_a_picture_of_any_grid_has_a_moderate_size(columns: int, bands: int) -> None:
    grid = plain_grid(columns, bands=bands)
    height, width = read_png(draw_grid(GridView.of_codes(grid), "title")).pixels.shape
    assert 300 < width < 2200 and 150 < height < 800


def test_every_cell_has_its_colour() -> None:
    view = GridView.of_codes(plain_grid(6))
    pixels = read_png(draw_grid(view, "")).pixels
    shades = shade_indices(view.panels(6)[0], SHADES)  # [Q, F, T]
    assert set(shades.ravel().tolist()) <= set(pixels.ravel().tolist())
    # The highest band of the first level: its cells follow each other along lines of pixels.
    row = shades[0, 0].repeat(24).tobytes()
    assert sum(row in line.tobytes() for line in pixels) == 16


def test_the_picture_is_labelled_above_beside_and_below() -> None:
    pixels = read_png(draw_grid(GridView.of_codes(plain_grid(40)), "codes")).pixels
    height = len(pixels)
    assert (pixels[:40] == INK).any()
    assert (pixels[height // 3 : height // 2, :40] == FAINT).any()
    assert (pixels[-100:] == INK).any() and (pixels[-100:] == FAINT).any()
