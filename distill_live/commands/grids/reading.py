"""How commands read a grid of codes, and find the model that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid
from distill_live.codes.labels import level_name
from distill_live.codes.selection import find_levels
from distill_live.commands.output import tell
from distill_live.errors import CodesError
from distill_live.inference.loading import find_model_of, load_model
from distill_live.models.file.library import find_model

if TYPE_CHECKING:
    from distill_live.models.file.loaded import LoadedVQModel

GridArgument = Annotated[
    Path,
    typer.Argument(metavar="GRID", help="Codes written by `encode`: a .json or .npz file."),
]
GridModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Model that made the codes (default: found in the library)."),
]


def read_grid(path: Path) -> CodeGrid:
    """A grid with at least one column. Raises CodesError when the file holds none."""
    grid = load_grid(path)
    if not len(grid.codes):
        raise CodesError(f"{path} has no columns")
    return grid


def load_model_of(grid: CodeGrid, given: str | None, device: str) -> LoadedVQModel:
    """The model that made a grid: the one called `given`, else one that the library has; standard
    error says which.

    Raises ModelNotFoundError when there is none, CodesError when the given one has another codec,
    and what `load_model` raises.
    """
    path = find_model(given) if given is not None else find_model_of(grid)
    # torch takes seconds to import, and a model that is not there needs none.
    from distill_live.inference.codes import require_fit

    loaded = load_model(str(path), device)
    require_fit(loaded, grid)
    if given is None:
        tell(f"model: {path}", err=True)
    return loaded


def find_level(text: str, labels: Sequence[str]) -> int:
    """The number of one level, from its label or its number. Raises CodesError when it is none, or
    more than one."""
    found = find_levels(text, labels).nonzero()[0]
    if not text or len(found) != 1:
        names = ", ".join(map(level_name, labels))
        raise CodesError(f"{text!r} is not one level; legal: {names}, or a number from 0")
    return int(found[0])
