from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.edit_lists.edit_list import EditList, EditTools
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError
from distill_live.inference.model_edits import model_edits
from distill_live.inference.resample import resample
from distill_live.models.file.loaded import LoadedVQModel
from tests.grids import model_grid


def edit(loaded: LoadedVQModel, grid: CodeGrid, text: str) -> CodeGrid:
    """The grid after one edit."""
    edits = model_edits(lambda: loaded)
    steps = EditList((EditStep.parse(text, edits),))
    return steps.apply(grid, EditTools(edits, loaded.codebooks, lambda name: grid))


def test_resample_is_what_the_prior_draws_for_the_selection(tiny_model: LoadedVQModel) -> None:
    grid = model_grid(tiny_model, 12)
    edited = edit(tiny_model, grid, "resample 4:8 takes=2 --levels structure --bands low --seed 7")
    wanted = resample(tiny_model, grid, Selection("4:8", "low", "structure"), takes=2, seed=7)
    assert edited == wanted.grid
    assert (edited.codes != grid.codes).any()
    untouched = edited.codes != grid.codes
    untouched[4:8, :3, 0] = False
    assert not untouched.any()


def test_the_temperature_is_that_of_the_prior(tiny_model: LoadedVQModel) -> None:
    grid = model_grid(tiny_model, 12)
    cold, hot = (
        edit(tiny_model, grid, f"resample 2:10 takes=1 temperature={value}") for value in (0.1, 2)
    )
    assert (cold.codes != hot.codes).any()


def test_a_model_without_a_prior_is_one_clear_error(tiny_model: LoadedVQModel) -> None:
    with pytest.raises(CodesError, match="has no prior"):
        edit(replace(tiny_model, prior=None), model_grid(tiny_model, 4), "resample")


def test_the_model_is_loaded_only_when_it_is_needed() -> None:
    edits = model_edits(lambda: pytest.fail("loaded"))
    assert str(EditStep.parse("resample 0:2", edits)) == "resample 0:2"
    assert np.all([one.name == name for name, one in edits.items()])
