import numpy as np

from distill_live.views.canvas import (
    BACKGROUND,
    FAINT,
    INK,
    PALETTE,
    SHADES,
    TEXT_HEIGHT,
    Canvas,
    text_width,
)
from tests.png_file import read_png


def pixels(canvas: Canvas) -> np.ndarray:
    return read_png(canvas.png()).pixels.copy()


def ink_columns(canvas: Canvas) -> np.ndarray:
    """The x of every column that has ink."""
    return np.flatnonzero((pixels(canvas) == INK).any(axis=0))


def test_a_rectangle_covers_its_pixels_and_no_others() -> None:
    canvas = Canvas(6, 4)
    canvas.fill(1, 2, 3, 1, FAINT)
    found = pixels(canvas)
    assert (found[2, 1:4] == FAINT).all()
    found[2, 1:4] = BACKGROUND
    assert (found == BACKGROUND).all()


def test_a_text_begins_ends_or_has_its_middle_at_its_place() -> None:
    width = text_width("HH")
    for align, begin in (("left", 50), ("right", 50 - width), ("centre", 50 - width // 2)):
        canvas = Canvas(100, TEXT_HEIGHT)
        canvas.text(50, 0, "HH", align=align)  # type: ignore[arg-type]
        columns = ink_columns(canvas)
        assert (columns[0], columns[-1]) == (begin, begin + width - 1)


def test_what_is_beyond_the_edges_is_cut_off() -> None:
    canvas = Canvas(20, 10)
    canvas.text(-5, -3, "HHHHHH")
    canvas.text(15, 8, "HHHHHH")
    canvas.fill(-2, -2, 4, 4, INK)
    canvas.shade(18, 8, np.full((5, 5), 0.5))
    found = pixels(canvas)
    assert found.shape == (10, 20)
    assert (found[8:, 18:] == 126).all() and (found[:2, :2] == INK).all()


def test_values_go_from_the_darkest_shade_to_the_lightest() -> None:
    canvas = Canvas(3, 1)
    canvas.shade(0, 0, np.array([[0.0, 1.0, 2.0]]))
    assert pixels(canvas).tolist() == [[0, SHADES - 1, SHADES - 1]]
    assert len(PALETTE) == 256
