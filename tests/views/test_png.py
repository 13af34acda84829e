import numpy as np

from distill_live.views.png import indexed_png, shades, values_png
from tests.png_file import read_png


def test_each_value_has_its_shade() -> None:
    found = read_png(values_png(np.array([[0.0, 0.5, 1.0], [-3.0, 0.25, 7.0]])))
    assert found.pixels.tolist() == [[0, 128, 255], [0, 64, 255]]
    assert (found.palette == shades()).all()


def test_more_is_lighter() -> None:
    lightness = shades() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) >= -1).all()
    assert lightness[0] < 20 and lightness[-1] > 200


def test_pixels_and_palette_come_back_as_they_were() -> None:
    rng = np.random.default_rng(0)
    pixels, palette = (
        rng.integers(0, 256, (5, 7), np.uint8),
        rng.integers(0, 256, (256, 3), np.uint8),
    )
    found = read_png(indexed_png(pixels, palette))
    assert (found.pixels == pixels).all() and (found.palette == palette).all()
