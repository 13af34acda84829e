from dataclasses import replace

import numpy as np
import pytest

from distill_live.views.statistics import measure
from tests.grids import plain_grid


def test_each_level_is_measured_by_itself() -> None:
    grid = plain_grid(8)
    codes = np.zeros_like(grid.codes)
    codes[:, :, 1] = np.arange(8)[:, None] % 2
    codes[:, 0, 2] = 5
    found = measure(replace(grid, codes=codes)).levels
    assert [level.used for level in found] == [1, 2, 2]
    assert [level.entropy_bits for level in found] == pytest.approx([0.0, 1.0, 0.811278], abs=1e-5)
    assert [level.changes_per_second for level in found] == pytest.approx([0.0, 10.0, 0.0])
    assert [level.held for level in found] == [1.0, 0.0, 1.0]
    assert found[2].commonest == (0, 5)
    assert {level.most_bits for level in found} == {4.0}


def test_columns_that_repeat_earlier_ones_are_counted_wherever_those_are() -> None:
    grid = plain_grid(4)
    repeated = np.concatenate([grid.codes, grid.codes[2:4], grid.codes[:1]])
    assert measure(grid).repeated_columns == 0
    assert measure(replace(grid, codes=repeated)).repeated_columns == 3


def test_the_longest_hold_is_that_of_whole_columns() -> None:
    grid = plain_grid(6)
    held = grid.codes[[0, 1, 1, 1, 4, 4]]
    assert measure(replace(grid, codes=held)).longest_hold_seconds == pytest.approx(0.3)
    assert measure(replace(grid, codes=held[:1])).longest_hold_seconds == pytest.approx(0.1)


def test_a_single_column_changes_nothing() -> None:
    (first, *_) = measure(plain_grid(1)).levels
    assert (first.changes_per_second, first.held) == (0.0, 0.0)
