import numpy as np

from distill_live.views.png import colours_png, palette, values_png
from tests.png_file import read_png


def test_each_value_has_its_place_in_the_palette() -> None:
    found = read_png(values_png(np.array([[0.0, 0.5, 1.0], [-3.0, 0.25, 7.0]])))
    assert found.pixels.tolist() == [[0, 128, 255], [0, 64, 255]]
    assert found.palette is not None and (found.palette == palette()).all()


def test_more_is_lighter() -> None:
    lightness = palette() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) >= -1).all()
    assert lightness[0] < 20 and lightness[-1] > 200


def test_colours_come_back_as_they_were_drawn() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    assert (read_png(colours_png(pixels)).pixels == pixels).all()
