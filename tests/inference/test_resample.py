"""A region of a grid drawn again by the prior of a whole model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError, NoPriorError, ParameterError
from distill_live.inference.codes import encode
from distill_live.inference.resample import resample
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.sampling import Sampling

PLACE = Selection("2:5")
MODELS = ("tiny_model", "tiny_two_levels", "old_model")


def random_grid(loaded: LoadedVQModel, columns: int = 12) -> CodeGrid:
    grid = encode(loaded, np.zeros(1, np.float32))
    shape = (columns, *grid.codes.shape[1:])
    return replace(grid, codes=np.random.default_rng(0).integers(0, grid.codebook_size, shape))


@pytest.fixture(scope="session")
def grid(tiny_model: LoadedVQModel) -> CodeGrid:
    """Twelve random columns of the tiny model. Do not change its codes."""
    return random_grid(tiny_model)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("start", "end"), [(0, 1), (1, 3), (3, 4), (0, 4)])
def test_only_the_region_changes(
    model: str, start: int, end: int, request: pytest.FixtureRequest
) -> None:
    loaded = request.getfixturevalue(model)
    grid = random_grid(loaded, 4)
    before = grid.codes.copy()
    found = resample(loaded, grid, Selection(f"{start}:{end}"), takes=2)
    changed = (found.grid.codes != before).any(axis=(1, 2))
    assert changed[start:end].all()
    assert not changed[:start].any() and not changed[end:].any()
    assert len(found.log_likelihoods) == 2
    np.testing.assert_array_equal(grid.codes, before)


@pytest.mark.parametrize("seed", range(6))
def test_only_the_chosen_bands_and_levels_change(
    tiny_model: LoadedVQModel, grid: CodeGrid, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    bands = generator.choice(8, generator.integers(1, 9), replace=False).tolist()
    levels = generator.choice(3, generator.integers(1, 4), replace=False).tolist()
    written = [",".join(map(str, numbers)) for numbers in (bands, levels)]
    found = resample(tiny_model, grid, Selection("4:8", *written), 1, seed=seed).grid.codes
    kept = np.ones(grid.codes.shape, np.bool_)
    kept[4:8][np.ix_(range(4), bands, levels)] = False
    np.testing.assert_array_equal(found[kept], grid.codes[kept])
    assert (found[~kept] != grid.codes[~kept]).any()


def test_the_same_seed_gives_the_same_codes_and_another_gives_others(
    tiny_model: LoadedVQModel, grid: CodeGrid
) -> None:
    one, again, other = (resample(tiny_model, grid, PLACE, 2, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.grid.codes, again.grid.codes)
    assert one.log_likelihoods == again.log_likelihoods
    assert (one.grid.codes != other.grid.codes).any()


def test_sampling_settings_act_on_what_is_drawn(tiny_model: LoadedVQModel, grid: CodeGrid) -> None:
    cold = Sampling(top_k=1)
    one, other = (resample(tiny_model, grid, PLACE, 8, cold, s) for s in (1, 2))
    np.testing.assert_array_equal(one.grid.codes, other.grid.codes)
    assert len(set(one.log_likelihoods)) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"selection": Selection("3:3")}, CodesError, "'3:3' select nothing"),
        ({"selection": Selection("3:13")}, CodesError, "'3:13' are outside"),
        ({"selection": Selection(levels="air")}, CodesError, "no level 'air'"),
        ({"takes": 0}, ParameterError, "takes must be 1 or more, not 0"),
        ({"sampling": Sampling((1.0, 1.0))}, ParameterError, "3 levels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    tiny_model: LoadedVQModel,
    grid: CodeGrid,
    arguments: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        resample(tiny_model, grid, **{"selection": PLACE, **arguments})


def test_a_grid_of_another_codec_and_a_model_without_a_prior_are_refused(
    tiny_model: LoadedVQModel, grid: CodeGrid
) -> None:
    with pytest.raises(CodesError, match="different codec"):
        resample(tiny_model, replace(grid, model_sha256="other"), PLACE)
    with pytest.raises(NoPriorError):
        resample(replace(tiny_model, prior=None), grid, PLACE)
