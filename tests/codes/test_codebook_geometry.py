from __future__ import annotations

import gc
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from distill_live.codes.codebook_geometry import (
    axis_order,
    axis_ranks,
    blend_codes,
    blend_grids,
    cell_vectors,
    codes_within,
    distances,
    mix,
    nearest_used,
    neutral_codes,
    once_per_array,
    used_codes,
)

CHANCE = np.random.default_rng(6)
#: Each level adds less than the one before it.
BOOKS = (CHANCE.standard_normal((3, 32, 6)) * np.array([1.0, 0.3, 0.1])[:, None, None]).astype(
    np.float32
)
FIRST, SECOND = (CHANCE.integers(0, 32, (7, 4, 3)) for _ in range(2))


def test_a_cell_s_vector_is_the_sum_of_its_codes_vectors() -> None:
    vectors = cell_vectors(FIRST, BOOKS)
    assert vectors.shape == (7, 4, 6)
    one, two, three = FIRST[5, 2]
    assert np.allclose(vectors[5, 2], BOOKS[0][one] + BOOKS[1][two] + BOOKS[2][three])


def test_a_mixture_weighs_each_level_of_each_grid() -> None:
    weights = np.array([[1.0, 0.25, 0.0], [0.0, 0.75, 2.0]], np.float32)
    mixed = mix([FIRST, SECOND], weights, BOOKS)
    one, two = FIRST[3, 1], SECOND[3, 1]
    wanted = (
        BOOKS[0][one[0]] + 0.25 * BOOKS[1][one[1]] + 0.75 * BOOKS[1][two[1]] + 2 * BOOKS[2][two[2]]
    )
    assert np.allclose(mixed[3, 1], wanted, atol=1e-6)


def test_weights_can_change_from_column_to_column() -> None:
    rising = np.linspace(0, 1, 7, dtype=np.float32)[:, None].repeat(3, axis=1)
    mixed = mix([FIRST, SECOND], np.stack([1 - rising, rising]), BOOKS)
    assert np.allclose(mixed[0], cell_vectors(FIRST, BOOKS)[0], atol=1e-6)
    assert np.allclose(mixed[6], cell_vectors(SECOND, BOOKS)[6], atol=1e-6)
    middle = 0.5 * (cell_vectors(FIRST, BOOKS)[3] + cell_vectors(SECOND, BOOKS)[3])
    assert np.allclose(mixed[3], middle, atol=1e-6)


def test_blended_levels_are_each_side_at_their_ends_and_nearer_in_between() -> None:
    blended = blend_codes(FIRST, SECOND, np.array([0.0, 0.5, 1.0], np.float32), BOOKS)
    assert (blended[..., 0] == FIRST[..., 0]).all() and (blended[..., 2] == SECOND[..., 2]).all()
    assert (blend_codes(FIRST, SECOND, np.zeros(3, np.float32), BOOKS) == FIRST).all()
    assert (blend_codes(FIRST, SECOND, np.ones(3, np.float32), BOOKS) == SECOND).all()


def test_amounts_of_a_blend_can_change_from_column_to_column() -> None:
    amounts = np.array([0, 0, 0.5, 0.5, 0.5, 1, 1], np.float32)[:, None].repeat(3, axis=1)
    blended = blend_codes(FIRST, SECOND, amounts, BOOKS)
    assert (blended[:2] == FIRST[:2]).all() and (blended[5:] == SECOND[5:]).all()
    middle = mix([FIRST, SECOND], np.stack([1 - amounts, amounts]), BOOKS)[2:5]
    # The nearest of what is left, level by level.
    rest = middle.astype(np.float64)
    for level, book in enumerate(BOOKS):
        apart = np.square(rest[..., None, :] - book).sum(axis=-1)
        assert (blended[2:5, :, level] == apart.argmin(axis=-1)).all()
        rest = rest - book[blended[2:5, :, level]]


def test_of_several_grids_each_level_may_come_from_another_one() -> None:
    third = (FIRST + SECOND) % 32
    weights = np.zeros((3, len(FIRST), 3), np.float32)
    weights[[0, 1, 2], :, [2, 0, 1]] = 1.0
    blended = blend_grids([FIRST, SECOND, third], weights, BOOKS)
    assert (blended[..., 2] == FIRST[..., 2]).all()
    assert (blended[..., 0] == SECOND[..., 0]).all()
    assert (blended[..., 1] == third[..., 1]).all()


def test_a_grid_without_weight_changes_nothing() -> None:
    weights = np.full((2, len(FIRST), 3), 0.5, np.float32)
    two = blend_grids([FIRST, SECOND], weights, BOOKS)
    with_third = np.concatenate([weights, np.zeros_like(weights[:1])])
    assert (blend_grids([FIRST, SECOND, 31 - FIRST], with_third, BOOKS) == two).all()
    # Cells on which the grids agree stay as they are, whatever the third one has there.
    alike = blend_grids([FIRST, FIRST, SECOND], with_third, BOOKS)
    assert (alike == FIRST).all()


def test_cells_that_agree_stay_whatever_the_amount() -> None:
    mixed = SECOND.copy()
    mixed[2:4] = FIRST[2:4]
    blended = blend_codes(FIRST, mixed, np.full(3, 0.5, np.float32), BOOKS)
    assert (blended[2:4] == FIRST[2:4]).all()


def test_the_order_along_the_axis_is_that_of_the_direction_in_which_codes_differ_most() -> None:
    book = np.array([[0, 5.0], [0.1, -3], [-0.1, 9], [0, 1]], np.float32)
    assert axis_order(book).tolist() == [1, 3, 0, 2]
    assert axis_order(-book).tolist() == [2, 0, 3, 1]
    order, ranks = axis_ranks(BOOKS)
    for level in range(3):
        assert (order[level][ranks[level]] == np.arange(32)).all()


def test_distances_are_measured_against_the_typical_one() -> None:
    apart = distances(BOOKS[1])
    assert (np.diag(apart) == 0).all() and np.allclose(apart, apart.T)
    assert np.isclose(np.square(apart).sum() / (32 * 31), 1.0)
    assert np.allclose(apart, distances(BOOKS[1] * 100), rtol=1e-4)


def test_neighbours_are_the_other_codes_within_a_distance() -> None:
    codes = np.array([5, 0, 31])
    near = codes_within(codes, 0.8, BOOKS, 1)
    wanted = distances(BOOKS[1])[codes] <= 0.8
    wanted[np.arange(3), codes] = False
    assert (near == wanted).all() and near.any()


def test_a_codebook_of_equal_vectors_has_no_distances() -> None:
    assert (distances(np.ones((4, 3), np.float32)) == 0).all()
    assert (distances(np.ones((1, 3), np.float32)) == 0).all()


def test_codes_in_use_are_found_for_each_band_and_level() -> None:
    used = used_codes(FIRST, 32)
    for band, level in np.ndindex(4, 3):
        assert set(np.flatnonzero(used[band, level])) == set(FIRST[:, band, level].tolist())
    assert (nearest_used(FIRST, used, BOOKS) == FIRST).all()
    assert used_codes(nearest_used(SECOND, used, BOOKS), 32)[~used].sum() == 0
    # Of two equal vectors, the code's own counts.
    equal = np.ones((3, 32, 6), np.float32)
    assert (nearest_used(FIRST, used, equal) == FIRST).all()


def test_the_neutral_code_of_a_refining_level_is_the_one_nearest_to_zero() -> None:
    books = np.full((2, 4, 3), 5.0, np.float32)
    books[1, 2] = (0.5, -0.5, 0.0)
    assert neutral_codes(books)[1] == 2


def test_the_neutral_code_of_the_first_level_is_the_one_nearest_to_its_codebook_s_mean() -> None:
    books = np.zeros((2, 4, 1), np.float32)
    books[0, :, 0] = (0.0, 9.0, 11.0, 20.0)
    books[0, 1] = 10.5
    assert neutral_codes(books)[0] == 1


def test_what_every_caller_gets_cannot_be_changed() -> None:
    books = np.random.default_rng(0).standard_normal((3, 8, 4)).astype(np.float32)
    for shared in (neutral_codes(books), *axis_ranks(books)):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 1


def test_what_belongs_to_an_array_is_computed_once_and_forgotten_with_it() -> None:
    computed: list[float] = []
    kept = object()
    references = sys.getrefcount(kept)

    @once_per_array
    def total(array: NDArray[np.float32], factor: int) -> float:
        computed.append(factor * float(array.sum()))
        return computed[-1]

    @once_per_array
    def keep(array: NDArray[np.float32]) -> object:
        return kept

    one, other = np.ones(3, np.float32), np.ones(3, np.float32)
    assert [total(one, 1), total(one, 1), total(one, 2), total(other, 1)] == [3.0, 3.0, 6.0, 3.0]
    assert computed == [3.0, 6.0, 3.0]
    keep(one)
    assert sys.getrefcount(kept) > references
    del one
    gc.collect()
    # The results go, too.
    assert sys.getrefcount(kept) == references
    # Wherever the next array lies in memory, it is another one.
    for number in range(50):
        assert total(np.full(3, number, np.float32), 1) == 3.0 * number


@pytest.mark.parametrize("columns", [0, 1])
def test_grids_without_columns_are_blended_too(columns: int) -> None:
    assert blend_codes(
        FIRST[:columns], SECOND[:columns], np.full(3, 0.5, np.float32), BOOKS
    ).shape == (columns, 4, 3)
