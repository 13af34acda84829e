from dataclasses import replace

import pytest

from distill_live.errors import CodesError
from distill_live.views.difference import ChangedCell, compare
from tests.grids import plain_grid


def test_equal_grids_do_not_differ() -> None:
    found = compare(plain_grid(5), plain_grid(5))
    assert (found.total, found.cells, found.more, found.columns) == (0, (), 0, 5)


def test_changed_cells_are_counted_by_level_and_band_and_the_first_are_named() -> None:
    grid = plain_grid(5)
    codes = grid.codes.copy()
    for place in ((4, 0, 0), (1, 3, 2), (1, 3, 0)):
        codes[place] = (codes[place] + 1) % 16
    found = compare(grid, replace(grid, codes=codes), most=2)
    assert found.counts.tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 1]]
    first = ChangedCell(1, 3, 0, int(grid.codes[1, 3, 0]), int(codes[1, 3, 0]))
    assert found.cells[0] == first
    assert (found.cells[1].level, len(found.cells), found.total) == (2, 2, 3)


def test_columns_that_only_one_has_are_told() -> None:
    assert compare(plain_grid(5), plain_grid(7)).more == 2
    assert compare(plain_grid(7), plain_grid(5)).columns == 5


def test_grids_of_other_models_and_shapes_are_refused() -> None:
    with pytest.raises(CodesError):
        compare(plain_grid(5), replace(plain_grid(5), model_sha256="other"))
    with pytest.raises(CodesError):
        compare(plain_grid(5), plain_grid(5, bands=8))
