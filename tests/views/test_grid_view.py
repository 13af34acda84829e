from dataclasses import replace

import numpy as np
import pytest

from distill_live.views.grid_view import GridView
from tests.grids import plain_grid


def test_codes_go_from_dark_to_light_by_number() -> None:
    grid = plain_grid(5)
    view = GridView.of_codes(grid)
    np.testing.assert_allclose(view.values, grid.codes / 15, rtol=1e-6)


def test_codes_go_from_dark_to_light_in_the_order_of_their_level() -> None:
    grid = plain_grid(5)
    orders = np.stack([np.arange(16), np.arange(16)[::-1], np.roll(np.arange(16), 1)])
    values = GridView.of_codes(grid, orders).values
    np.testing.assert_allclose(values[..., 1], 1 - grid.codes[..., 1] / 15, atol=1e-6)
    np.testing.assert_allclose(values[..., 2], (grid.codes[..., 2] + 1) % 16 / 15, atol=1e-6)


def test_a_part_begins_where_it_was() -> None:
    view = GridView.of_codes(plain_grid(5), first=10)
    assert (view.start_seconds, view.end_seconds) == pytest.approx((1.0, 1.5))


def test_panels_are_levels_with_the_high_bands_first() -> None:
    grid = plain_grid(5)
    panels, together = GridView.of_codes(grid).panels(5)
    assert together == 1
    np.testing.assert_allclose(panels[2, 0], grid.codes[:, 3, 2] / 15, rtol=1e-6)
    np.testing.assert_allclose(panels[0, 3], grid.codes[:, 0, 0] / 15, rtol=1e-6)


@pytest.mark.parametrize(("most", "together"), [(100, 1), (7, 1), (6, 2), (3, 3), (1, 7)])
def test_many_columns_share_places_and_none_is_left_out(most: int, together: int) -> None:
    view = GridView.of_codes(plain_grid(7))
    panels, found = view.panels(most)
    assert found == together and panels.shape[2] == -(-7 // together) <= most
    last = view.values[(panels.shape[2] - 1) * together :]
    np.testing.assert_allclose(panels[0, 3, -1], last[:, 0, 0].mean(), rtol=1e-5)


def test_one_cell_that_differs_is_seen_among_many_columns() -> None:
    first = plain_grid(1000)
    codes = first.codes.copy()
    codes[777, 2, 1] ^= 1
    panels, _ = GridView.of_difference(first, replace(first, codes=codes)).panels(10)
    assert [place.tolist() for place in panels.nonzero()] == [[1], [1], [7]]


def test_levels_can_be_left_out() -> None:
    view = GridView.of_codes(plain_grid(5))
    some = view.of_levels(np.array([True, False, True]))
    assert list(some.labels) == ["Structure", "Detail"]
    assert (some.values == view.values[..., [0, 2]]).all()
