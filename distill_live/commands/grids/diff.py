"""`distill-live codes diff`: where two grids differ."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from distill_live.commands.grids.reading import read_grid
from distill_live.commands.grids.show import PngOption, check_picture, save_picture
from distill_live.commands.options import JsonOption
from distill_live.commands.output import add_plain_row, counted, print_json, tell

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.views.difference import Difference


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="A grid of codes.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another grid of the same model.")],
    png: PngOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two grids: how many cells differ in each level and band, and the first of them."""
    from distill_live.views.difference import compare
    from distill_live.views.grid_view import GridView

    check_picture(png)
    one, two = read_grid(first), read_grid(second)
    found = compare(one, two)
    if png is not None:
        shown = [replace(grid, codes=grid.codes[: found.columns]) for grid in (one, two)]
        view = GridView.of_difference(*shown)
        save_picture(png, f"{first.stem}-{second.stem}", f"{first.name}, {second.name}", view)
    if as_json:
        counts = dict(zip(one.level_labels, found.counts.tolist(), strict=True))
        cells = [asdict(cell) for cell in found.cells]
        print_json(
            {"columns": found.columns, "more_columns": found.more, "changed": found.total,
             "changed_columns": found.differing, "changed_by_level_and_band": counts,
             "first_changes": cells}
        )  # fmt: skip
    elif png is None:
        _tell(one, found)


def _tell(grid: CodeGrid, found: Difference) -> None:
    if found.more:
        longer = "second" if found.more > 0 else "first"
        tell(f"the {longer} grid is {counted(abs(found.more), 'column')} longer")
    if not found.total:
        tell(f"the codes of all {found.columns} columns are the same")
        return
    cells = found.columns * found.counts.size
    tell(
        f"{found.total} of {counted(cells, 'code')} {'differs' if found.total == 1 else 'differ'}, "
        f"in {found.differing} of {counted(found.columns, 'column')}"
    )
    _tell_counts(grid, found)
    _tell_cells(grid, found)


def _tell_counts(grid: CodeGrid, found: Difference) -> None:
    table = Table(
        "band", *(Column(label, justify="right") for label in grid.level_labels), box=None
    )
    for band, counts in reversed([*enumerate(found.counts.T.tolist(), start=1)]):
        add_plain_row(table, str(band), *map(str, counts))
    add_plain_row(table, "all", *map(str, found.counts.sum(axis=1).tolist()))
    Console().print(table)


def _tell_cells(grid: CodeGrid, found: Difference) -> None:
    tell("the first of them:")
    for cell in found.cells:
        seconds = cell.column * grid.column_seconds
        tell(
            f"  column {cell.column} ({seconds:.2f} s), band {cell.band + 1}, "
            f"{grid.level_labels[cell.level]}: {cell.first} -> {cell.second}"
        )
