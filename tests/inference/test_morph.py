"""The way from one recording to another through the prior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError, NoPriorError, ParameterError
from distill_live.inference.codes import encode
from distill_live.inference.morph import morph
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.manner import MannerTable
from distill_live.models.prior.sampling import Sampling
from tests.models.prior.manners import bits, wandering


@pytest.fixture(scope="session")
def pair(tiny_model: LoadedVQModel) -> tuple[CodeGrid, CodeGrid]:
    """Two recordings' codes: the first uses the lower half of the codes, the second the upper."""
    grid = encode(tiny_model, np.zeros(1, np.float32))
    low = wandering(60, 8, 3, 16)
    return replace(grid, codes=low), replace(grid, codes=15 - low)


def test_it_begins_in_the_first_manner_and_ends_in_the_second(
    tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    path = morph(tiny_model, *pair, seconds=2.0).codes
    first, second = (MannerTable(grid.codes, 16) for grid in pair)
    begin, end = path[:8], path[-8:]
    assert bits(first, begin) < bits(second, begin) - 1.0
    assert bits(second, end) < bits(first, end) - 1.0


def test_its_ends_are_the_two_recordings_alone(
    tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    path = morph(tiny_model, *pair, seconds=1.0, sampling=Sampling(manner=1.0)).codes
    assert path[0].max() < 8 <= path[-1].min()


def test_it_lasts_as_long_as_asked_and_at_least_a_column(
    tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    column = pair[0].column_samples / pair[0].sample_rate
    for seconds, columns in ((0.001, 1), (3 * column, 3), (0.5, 6)):
        assert morph(tiny_model, *pair, seconds).codes.shape == (columns, 8, 3)


def test_the_same_seed_gives_the_same_path_and_another_gives_another(
    tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    one, again, other = (morph(tiny_model, *pair, 0.5, seed=seed).codes for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_it_goes_on_from_the_end_of_the_first(
    tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    a, b = pair
    changed = a.codes.copy()
    # The table hardly changes, the prior's past does.
    changed[-4:] = changed[-4:][::-1]
    sampling = Sampling(manner=0.01)
    paths = [morph(tiny_model, one, b, 1.0, sampling) for one in (a, replace(a, codes=changed))]
    assert (paths[0].codes != paths[1].codes).any()


def test_what_cannot_be_morphed_is_refused(
    tiny_model: LoadedVQModel, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    a, b = pair
    for grids in ((replace(a, model_sha256="x"), b), (a, replace(b, model_sha256="x"))):
        with pytest.raises(CodesError, match="different codec"):
            morph(tiny_model, *grids, 1.0)
    with pytest.raises(CodesError, match="at least one column"):
        morph(tiny_model, a, replace(b, codes=b.codes[:0]), 1.0)
    for seconds in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ParameterError, match="above 0 seconds"):
            morph(tiny_model, a, b, seconds)
    with pytest.raises(ParameterError, match="manner above 0"):
        morph(tiny_model, a, b, 1.0, Sampling())
    with pytest.raises(NoPriorError):
        morph(replace(tiny_model, prior=None), a, b, 1.0)
