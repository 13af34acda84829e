from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError

LABELS = ("Structure", "Timbre", "Detail")


def grid_of(columns: int, seed: int = 1, **fields: Any) -> CodeGrid:
    codes = np.random.default_rng(seed).integers(0, 64, (columns, 8, 3))
    return CodeGrid(codes, "rain", "abc", LABELS, 64, 4096, **fields)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.zeros((2, 8)), "must be integers"),
        (np.zeros((2, 8, 3)), "must be integers"),
        (np.zeros((2, 8, 2), dtype=int), "2 levels of codes but 3 labels"),
        (np.full((2, 8, 3), 64), r"0\.\.63; these are 64"),
        (np.full((2, 8, 3), -1), r"0\.\.63; these are -1"),
    ],
)
def test_codes_that_do_not_fit_are_refused(codes: np.ndarray, message: str) -> None:
    with pytest.raises(CodesError, match=message):
        replace(grid_of(1), codes=codes)


@pytest.mark.parametrize("field", ["codebook_size", "column_samples", "sample_rate"])
def test_a_grid_without_length_or_codes_is_refused(field: str) -> None:
    with pytest.raises(CodesError, match="1 or more codes per level, samples per column and Hz"):
        replace(grid_of(0), **{field: 0})


def test_another_codec_is_refused_with_the_right_models_name() -> None:
    grid_of(1).require_model("renamed", "abc")
    with pytest.raises(CodesError, match=r"made by the model 'rain' \(codec abc\)"):
        grid_of(1).require_model("rain", "def")


#: Changes of each field, to what another grid may have.
CHANGES: list[dict[str, Any]] = [
    {"codes": grid_of(5, seed=2).codes},
    {"codes": grid_of(5).codes[:4]},
    {"model_name": "hail"},
    {"model_sha256": "def"},
    {"level_labels": ("Structure", "Timbre", "Air")},
    {"codebook_size": 65},
    {"column_samples": 4097},
    {"sample_rate": 44_100},
    {"source": "rain.wav"},
]


def test_grids_are_equal_if_everything_is() -> None:
    assert grid_of(5) == grid_of(5)
    assert grid_of(5) == replace(grid_of(5), codes=grid_of(5).codes.astype(np.uint8))
    assert [change for change in CHANGES if grid_of(5) == replace(grid_of(5), **change)] == []
    assert grid_of(5) != grid_of(5).codes.tolist()


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_grid_that_is_cut_and_put_together_is_as_before(place: int) -> None:
    grid = grid_of(5, source="a.wav")
    left, right = grid.cut(0, place), grid.cut(place, 5)
    assert (len(left.codes), len(right.codes)) == (place, 5 - place)
    assert CodeGrid.concatenate([left, right]) == grid
    assert right.insert(0, left) == grid
    assert left.insert(place, right) == grid
    assert left.duration_seconds + right.duration_seconds == pytest.approx(grid.duration_seconds)


def test_columns_are_inserted_before_the_one_that_is_named() -> None:
    grid, other = grid_of(5), grid_of(2, seed=2)
    codes = grid.insert(3, other).codes
    np.testing.assert_array_equal(codes[:3], grid.codes[:3])
    np.testing.assert_array_equal(codes[3:5], other.codes)
    np.testing.assert_array_equal(codes[5:], grid.codes[3:])


def test_grids_that_are_put_together_name_all_their_sources() -> None:
    names = ["a.wav", "", "b.wav", "a.wav"]
    assert CodeGrid.concatenate([grid_of(1, source=n) for n in names]).source == "a.wav, b.wav"


def test_what_is_made_of_a_grid_shares_no_memory_with_it() -> None:
    grid = grid_of(5)
    grid.cut(0, 5).codes[:] = 0
    grid.with_codes(grid.codes).codes[:] = 0
    assert grid == grid_of(5)


@pytest.mark.parametrize("ends", [(0, 6), (-1, 2), (3, 2), (6, 6)])
def test_columns_that_are_not_there_cannot_be_cut(ends: tuple[int, int]) -> None:
    with pytest.raises(CodesError, match=rf"no columns {ends[0]}:{ends[1]}.*within 0:5"):
        grid_of(5).cut(*ends)


@pytest.mark.parametrize("column", [-1, 6])
def test_nothing_is_inserted_where_no_column_is(column: int) -> None:
    with pytest.raises(CodesError, match=rf"no column {column}; legal: 0\.\.5"):
        grid_of(5).insert(column, grid_of(1))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model_sha256": "def", "model_name": "hail"}, "'rain', the other of 'hail', which has a"),
        ({"codes": np.zeros((2, 7, 3), int)}, "one has 8 bands, the other 7$"),
        ({"codebook_size": 65}, "one has 64 codes per level, the other 65$"),
        ({"column_samples": 1}, "one has 4096 samples per column, the other 1$"),
        ({"sample_rate": 1}, "one has 48000 Hz, the other 1$"),
    ],
)
def test_grids_of_another_kind_are_not_put_together(change: dict[str, Any], reason: str) -> None:
    other = replace(grid_of(2), **change)
    with pytest.raises(CodesError, match=reason):
        grid_of(5).insert(0, other)
    with pytest.raises(CodesError, match=reason):
        CodeGrid.concatenate([grid_of(5), other])


def test_grids_whose_levels_have_other_labels_are_put_together_with_the_first_ones() -> None:
    other = grid_of(2).with_labels(["A", "B", "C"])
    assert CodeGrid.concatenate([grid_of(5), other]).level_labels == LABELS


def test_no_grids_cannot_be_put_together() -> None:
    with pytest.raises(CodesError, match="give at least one"):
        CodeGrid.concatenate([])


def test_other_codes_may_be_of_any_length_but_not_of_another_shape() -> None:
    codes = grid_of(9, seed=2).codes
    assert grid_of(5).with_codes(codes) == grid_of(9, seed=2)
    for wrong in (codes[:, :7], codes[..., :2], codes[0]):
        with pytest.raises(CodesError, match=r"columns of \[8, 3\] codes"):
            grid_of(5).with_codes(wrong)
    with pytest.raises(CodesError, match=r"0\.\.63; these are"):
        grid_of(5).with_codes(codes + 1)


def test_other_labels_must_be_legal_and_as_many() -> None:
    grid = grid_of(5).with_labels(["Body", "Air", "Low End"])
    assert grid.level_labels == ("Body", "Air", "Low End")
    np.testing.assert_array_equal(grid.codes, grid_of(5).codes)
    for wrong in (["Body", "Air"], ["Body", "Air", "air"], ["Body", "Air", "2"]):
        with pytest.raises(CodesError):
            grid.with_labels(wrong)
