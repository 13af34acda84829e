"""Draws one region again, in a process of its own (see drawings.py)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid

#: The files in the folder of the process: the grid with the region as it was, and as it is drawn.
GIVEN, DRAWN = "given.npz", "drawn.npz"


def draw_into(folder: Path, model: Path, columns: str, text: str) -> dict[str, Any]:
    """Run an edit on some columns of the grid in a folder, and write the grid that it makes there;
    returns no facts. See `draw`."""
    grid = load_grid(folder / GIVEN)
    save_grid(folder / DRAWN, draw(grid, model, columns, text))
    return {}


def draw(grid: CodeGrid, model: Path, columns: str, text: str) -> CodeGrid:
    """The grid with some of its columns drawn again by the edit `text` with the model's prior.

    Raises DistillError when the model cannot be used or the edit does not fit it.
    """
    # Only now: torch takes seconds to load.
    from distill_live.codes.edit_lists.edit_list import EditTools, apply_step
    from distill_live.inference.model_edits import model_edits
    from distill_live.models.file.persistence import load_model_v2

    loaded = load_model_v2(model, "cpu")
    edits = model_edits(lambda: loaded)
    step = EditStep.parse(text, edits)
    here = replace(step, selection=replace(step.selection, columns=columns))
    tools = EditTools(edits, loaded.codebooks, lambda name: grid)
    return grid.with_codes(apply_step(here, grid, tools))
