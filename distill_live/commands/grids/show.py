"""`distill-live codes show`: a grid in the terminal, or as a picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from distill_live.codes.selection import find_columns, find_levels
from distill_live.commands.destinations import single_file
from distill_live.commands.grids.reading import (
    GridArgument,
    GridModelOption,
    load_model_of,
    read_grid,
)
from distill_live.commands.options import DeviceOption
from distill_live.commands.output import save_file, tell, warn
from distill_live.errors import ModelNotFoundError, OutputError

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.views.grid_view import GridView

PngOption = Annotated[
    Path | None,
    typer.Option(
        "--png", help="Write a picture to this file, or into this existing folder, instead."
    ),
]


def show(
    grid: GridArgument,
    columns: Annotated[
        str, typer.Option("--columns", help="Columns, such as 0:16, 8 or 0.5s:2s (default: all).")
    ] = "",
    levels: Annotated[
        str, typer.Option("--levels", help="Levels, such as structure or 0:2 (default: all).")
    ] = "",
    png: PngOption = None,
    model: GridModelOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Show a grid: columns across, levels and bands down, seconds below.

    If the library has the grid's model, codes that are alike have like colours; otherwise colours
    follow the codes' numbers. Without colours, as in a file or a pipe, the codes themselves are
    printed.
    """
    from distill_live.views.grid_view import GridView
    from distill_live.views.terminal import colour_lines, number_lines

    check_picture(png)
    whole = read_grid(grid)
    start, end = find_columns(columns, len(whole.codes), whole.columns_per_second)
    chosen = find_levels(levels, whole.level_labels)
    part = replace(whole, codes=whole.codes[start:end])
    console = Console()
    coloured = console.is_terminal and not console.no_color and "utf" in console.encoding
    if png is None and not coloured:
        for line in number_lines(part, console.width, start, chosen):
            tell(line)
        return
    view = GridView.of_codes(part, _orders(whole, model, device), start).of_levels(chosen)
    if png is not None:
        save_picture(png, grid.stem, f"{grid.name}, codes of {whole.model_name}", view)
        return
    for text in colour_lines(view, console.width):
        console.print(text, no_wrap=True, crop=True)


def check_picture(png: Path | None) -> None:
    """Raise OutputError for the name of a file that does not end like a picture."""
    if png is not None and png.suffix.lower() != ".png" and not png.is_dir():
        raise OutputError(f"--png {png} must end in .png, or be a folder that exists")


def save_picture(png: Path, stem: str, title: str, view: GridView) -> None:
    """Write a picture to a file, or into a folder under a free name that begins with `stem`."""
    from distill_live.views.grid_picture import draw_grid

    path = single_file(png, f"{stem}.png")
    save_file(path, draw_grid(view, title))
    tell(path)


def _orders(grid: CodeGrid, model: str | None, device: str) -> NDArray[np.int64] | None:
    """The codes of each level from dark to light; None where no model is there to say."""
    try:
        loaded = load_model_of(grid, model, device)
    except ModelNotFoundError as error:
        if model is not None:
            raise
        warn(f"note: colours follow the numbers of the codes: {error}")
        return None
    from distill_live.inference.preview import entry_orders

    return entry_orders(loaded)
