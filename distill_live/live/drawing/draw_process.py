"""Draws one region again, in a process of its own (see drawings.py):

python -m distill_live.live.drawing.draw_process FOLDER MODEL COLUMNS TEXT
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.live.drawing.drawings import DRAWN, GIVEN
from distill_live.live.ipc.short_process import do_short_work


def main(folder: str, model: str, columns: str, text: str) -> None:
    """Run the edit TEXT on some columns of the grid in the folder, and write the grid that it makes
    there; of a model that cannot be used, only why."""

    def work() -> dict[str, Any]:
        grid = load_grid(Path(folder) / GIVEN)
        save_grid(Path(folder) / DRAWN, draw(grid, Path(model), columns, text))
        return {}

    do_short_work(Path(folder), work)


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


if __name__ == "__main__":
    main(*sys.argv[1:])
