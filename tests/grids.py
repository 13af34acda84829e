"""Grids of codes for tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid

if TYPE_CHECKING:
    from distill_live.models.file.loaded import LoadedVQModel


def plain_grid(columns: int, seed: int = 0, bands: int = 4, size: int = 16) -> CodeGrid:
    """Random codes of no model: three levels, columns of 0.1 s."""
    codes = np.random.default_rng(seed).integers(0, size, (columns, bands, 3))
    return CodeGrid(codes, "rain", "abc", ("Structure", "Timbre", "Detail"), size, 4800)


def model_grid(loaded: LoadedVQModel, columns: int, seed: int = 0) -> CodeGrid:
    """Random codes of a model."""

    config = loaded.model.config
    shape = (columns, config.bands, config.num_quantizers)
    codes = np.random.default_rng(seed).integers(0, config.codebook_size, shape)
    return loaded.grid_of(codes)


def saved(grid: CodeGrid, path: str | Path) -> Path:
    """A file with a grid."""
    save_grid(Path(path), grid)
    return Path(path)
