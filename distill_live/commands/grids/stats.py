"""`distill-live codes stats`: a grid in numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from distill_live.commands.grids.reading import (
    GridArgument,
    GridModelOption,
    load_model_of,
    read_grid,
)
from distill_live.commands.options import DeviceOption, JsonOption
from distill_live.commands.output import (
    add_plain_row,
    grid_size,
    print_json,
    progress_bar,
    tell,
    warn,
)
from distill_live.errors import ModelNotFoundError

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.views.statistics import GridStatistics


def stats(
    grid: GridArgument,
    model: GridModelOption = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure a grid: how it uses its codebooks, how often codes change, repeats and silence.

    Silent columns are those whose decoded spectrum has a mean power below -60 dB; the grid's model
    must be in the library to find them.
    """
    from distill_live.views.statistics import measure

    codes = read_grid(grid)
    found, silent = measure(codes), _silent_columns(codes, model, device)
    if as_json:
        print_json(asdict(found) | {"silent_columns": silent})
    else:
        _tell(codes, found, silent)


def _silent_columns(grid: CodeGrid, model: str | None, device: str) -> int | None:
    """How many columns are silent; None if no model is there to tell."""
    try:
        loaded = load_model_of(grid, model, device)
    except ModelNotFoundError as error:
        if model is not None:
            raise
        warn(f"note: silence is not measured: {error}")
        return None
    from distill_live.inference.loudness import silent_columns

    with progress_bar("measuring") as advance:
        return int(silent_columns(loaded, grid, advance).sum())


def _tell(grid: CodeGrid, found: GridStatistics, silent: int | None) -> None:
    tell(f"{grid_size(grid.codes.shape)}, {found.seconds:.2f} s")
    heads = ("level", "codes used", "entropy, bits", "changes per second", "held", "most frequent")
    table = Table(*heads, box=None)
    for level in found.levels:
        add_plain_row(
            table,
            level.label,
            f"{level.used} of {level.codebook_size}",
            f"{level.entropy_bits:.2f} of {level.most_bits:.2f}",
            f"{level.changes_per_second:.2f}",
            f"{level.held:.0%}",
            ", ".join(map(str, level.commonest)),
        )
    Console().print(table)
    tell(f"columns that repeat an earlier one: {found.repeated_columns}")
    tell(f"longest time without a change: {found.longest_hold_seconds:.2f} s")
    if silent is not None:
        tell(f"silent columns: {silent} ({silent * grid.column_seconds:.2f} s)")
