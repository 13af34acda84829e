"""What tests of commands about grids share."""

from pathlib import Path

import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.models.file.loaded import LoadedVQModel
from tests.grids import model_grid, saved


@pytest.fixture
def grid(tiny_model: LoadedVQModel, tiny_in_library: Path) -> CodeGrid:
    """A grid of a model in the library, which `loop.json` in the working folder holds."""
    grid = model_grid(tiny_model, 12)
    saved(grid, "loop.json")
    return grid
