"""The table of a recording's codes, counted and checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.errors import CodesError, ParameterError
from distill_live.models.prior.manner import MannerMix, MannerTable
from distill_live.models.prior.sampling import Sampling
from tests.models.prior.manners import Grid, bits, wandering, wandering_table


def below(column: Grid, band: int, level: int) -> int:
    """The code that comes just before a cell's in the order of the formula; 0 for the first."""
    if level:
        return column[band, level - 1]
    return column[band - 1, 0] if band else 0


def counted(
    codes: Grid, size: int, band: int, level: int, column: Grid, previous: Grid | None
) -> np.ndarray:
    """The probabilities by the formula in MannerTable's docstring, counted one by one."""

    def count(matches: list[bool], last: list[int]) -> np.ndarray:
        return np.bincount([code for code, is_one in zip(last, matches, strict=True) if is_one],
                           minlength=size)  # fmt: skip

    def back_off(counts: np.ndarray, different: int, lower: np.ndarray) -> np.ndarray:
        return (counts + different * lower) / (counts.sum() + different) if different else lower

    cell = [int(one[band, level]) for one in codes]
    same_below = [below(one, band, level) == below(column, band, level) for one in codes]
    plain = count([True] * len(codes), cell) / len(codes)
    after_below = count(same_below, cell)
    if previous is None:
        return back_off(after_below, np.count_nonzero(after_below), plain)
    same_before = [False, *(one[band, level] == previous[band, level] for one in codes[:-1])]
    after_before = count(same_before, cell)
    either = np.count_nonzero(after_below) + np.count_nonzero(after_before)
    one = back_off(after_below + after_before, either, plain)
    after_both = count([a and b for a, b in zip(same_below, same_before, strict=True)], cell)
    return back_off(after_both, np.count_nonzero(after_both), one)


@pytest.mark.parametrize("columns", [1, 2, 30])
def test_the_probabilities_are_those_of_the_formula(columns: int) -> None:
    codes = wandering(columns, seed=columns)
    table = MannerTable(codes, 12)
    generator = np.random.default_rng(1)
    for known in (True, False):
        for _ in range(5):
            # Contexts of the recording and others, which it may lack.
            at = generator.integers(0, columns)
            column = codes[at] if known else generator.integers(0, 12, (2, 3))
            before = codes[at - 1] if known else generator.integers(0, 12, (2, 3))
            for band, level in np.ndindex(2, 3):
                for previous in (before, None):
                    found = table.probabilities(band, level, column, previous)
                    expected = counted(codes, 12, band, level, column, previous)
                    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_probabilities_add_up_to_one_and_leave_out_what_a_cell_never_has(seed: int) -> None:
    generator = np.random.default_rng(seed)
    size = int(generator.integers(1, 600))
    codes = generator.integers(0, size, (int(generator.integers(1, 50)), 3, 2))
    table = MannerTable(codes.astype(generator.choice([np.uint16, np.int64])), size)
    assert table.shape == (3, 2, size)
    column, previous = generator.integers(0, size, (2, 3, 2))
    for band, level in np.ndindex(3, 2):
        found = table.probabilities(band, level, column, previous)
        assert found.sum() == pytest.approx(1.0)
        assert set(np.flatnonzero(found)) <= set(codes[:, band, level])


def test_later_cells_of_the_column_tell_nothing() -> None:
    table, column = wandering_table(), np.zeros((2, 3), np.int64)
    changed = column.copy()
    changed[0, 2], changed[1] = 5, 5
    for previous in (column, None):
        one = table.probabilities(0, 2, column, previous)
        assert np.array_equal(one, table.probabilities(0, 2, changed, previous))


def test_a_table_finds_its_own_recording_less_surprising_than_another_order_of_it() -> None:
    codes = wandering(200)
    table = MannerTable(codes, 12)
    shuffled = np.random.default_rng(0).permutation(codes)
    assert bits(table, codes) < bits(table, shuffled) - 0.5


def test_equal_codes_have_equal_keys_and_others_have_others() -> None:
    codes = wandering(20)
    other = codes.copy()
    other[3, 1, 1] += 1
    one = MannerTable(codes, 12)
    assert one.key == MannerTable(codes.astype(np.uint16), 12).key
    keys = {one.key, MannerTable(other, 12).key, MannerTable(codes, 13).key,
            MannerTable(codes.reshape(20, 3, 2), 12).key}  # fmt: skip
    assert len(keys) == 4


def test_settings_are_equal_that_have_the_same_table() -> None:
    one, other = wandering_table(), wandering_table()
    assert Sampling(manner=0.5, manner_table=one) == Sampling(manner=0.5, manner_table=one)
    assert Sampling(manner_table=one) != Sampling(manner_table=other)
    assert len({Sampling(manner_table=one), Sampling(manner_table=one)}) == 1


@pytest.mark.parametrize(
    ("codes", "message"),
    [(np.zeros((0, 2, 3), int), "at least one column"), (np.zeros((4, 3), int), r"not \[4, 3\]"),
     (np.full((1, 2, 3), 12), r"0\.\.11; these are 12\.\.12"),
     (np.full((1, 2, 3), -1), r"0\.\.11; these are -1\.\.-1")],
)  # fmt: skip
def test_codes_without_a_manner_are_refused(codes: np.ndarray, message: str) -> None:
    with pytest.raises(CodesError, match=message):
        MannerTable(codes, 12)


def test_a_mix_goes_from_one_manner_to_the_other() -> None:
    one, other, column = wandering_table(), wandering_table(seed=5), wandering(1)[0]
    first, second = (table.probabilities(1, 1, column, column) for table in (one, other))
    for weight, expected in ((0.0, first), (1.0, second), (0.25, 0.75 * first + 0.25 * second)):
        mix = MannerMix(one, other, weight)
        assert mix.shape == one.shape
        np.testing.assert_allclose(mix.probabilities(1, 1, column, column), expected)


def test_a_mix_of_what_does_not_fit_is_refused() -> None:
    table = wandering_table()
    with pytest.raises(ParameterError, match="weight"):
        MannerMix(table, table, 1.1)
    with pytest.raises(ParameterError, match="2 bands, 3 levels and 12 codes, not of 2 bands"):
        MannerMix(table, MannerTable(wandering(5), 13), 0.5)
