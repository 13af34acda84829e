import numpy as np

from distill_live.views.canvas import INK, SHADES
from distill_live.views.codebook_sheet import SheetLevel, draw_sheet, tile
from tests.png_file import read_png


def test_low_frequencies_are_at_the_bottom_of_a_tile() -> None:
    spectrogram = np.zeros((128, 8))
    spectrogram[:64] = 1.0
    found = tile(spectrogram)
    assert found[:32].max() == 0.0 and found[32:].min() == 1.0


def test_the_loudest_is_lightest_and_what_is_a_span_below_is_darkest() -> None:
    loud, quiet = tile(np.full((16, 4), 2.0)), tile(np.full((16, 4), -8.0))
    sheet = draw_sheet([SheetLevel("Structure", [loud, quiet], None)], 10.0, "demo", "key")
    pixels = read_png(sheet).pixels
    for shade in (0, SHADES - 1):
        assert (pixels == shade).sum() == loud.size


def test_a_sheet_grows_with_the_entries_of_all_levels() -> None:
    empty = tile(np.zeros((16, 4)))

    def height(*counts: int) -> int:
        levels = [SheetLevel("x", [empty] * count, [1 / count] * count) for count in counts]
        return len(read_png(draw_sheet(levels, 10.0, "demo", "key")).pixels)

    assert height(16) < height(17) == height(32) < height(32, 16)


def test_an_entry_that_is_not_used_is_faint() -> None:
    dark = tile(np.zeros((16, 4)))

    def ink(shares: list[float]) -> int:
        sheet = read_png(draw_sheet([SheetLevel("", [dark, dark], shares)], 1.0, "", "")).pixels
        return int((sheet == INK).sum())

    assert ink([0.5, 0.5]) > ink([1.0, 0.0])
