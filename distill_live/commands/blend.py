"""`distill-live blend`: grids of codes, mixed in the space of their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.grids.mixing import (
    Curve,
    Destination,
    MixtureBitDepthOption,
    MixtureOutputOption,
    SmoothOption,
    curve_option,
    write_mixture,
)
from distill_live.commands.grids.reading import GridModelOption, find_level, read_grid
from distill_live.commands.options import DeviceOption
from distill_live.commands.output import counted
from distill_live.errors import CodesError

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.inference.blending import Weights


def blend(
    grids: Annotated[
        list[Path], typer.Argument(metavar="GRID...", help="Two or more grids of one model.")
    ],
    weights: Annotated[
        str,
        typer.Option(
            "--weights",
            help="How much each grid counts, such as 0.3,0.7 (default: all the same). Of two "
            "grids, a single number 0..1 is the share of the second.",
        ),
    ] = "",
    level_weights: Annotated[
        list[str] | None,
        typer.Option(
            "--level-weights",
            metavar="LEVEL=WEIGHTS",
            help="Other weights for one level, such as structure=1,0; can be repeated.",
        ),
    ] = None,
    start: Annotated[
        str, typer.Option("--from", help="Weights at the beginning, if they change over time.")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="Weights at the end.")] = "",
    curve: Annotated[Curve | None, curve_option("linear")] = None,
    repeat: Annotated[
        bool,
        typer.Option("--repeat", help="Repeat shorter grids instead of cutting the longer ones."),
    ] = False,
    smooth: SmoothOption = False,
    output: MixtureOutputOption = None,
    bit_depth: MixtureBitDepthOption = None,
    model: GridModelOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Blend two or more grids of one model into one.

    Each cell's vectors are mixed by the weights, and the result is turned into the nearest codes.
    Where a grid has all the weight, its codes stay exactly as they are.

    An existing file is never replaced: the new one gets a number, and the line that is printed
    names it.
    """
    if len(grids) < 2:
        raise CodesError(f"a blend needs two grids or more; there is only {grids[0]}")
    read = [read_grid(path) for path in grids]
    destination = Destination.at(output, "blend", smooth, bit_depth, read[0].sample_rate)
    found = _weights(read, weights, (start, end), curve, level_weights or [])
    columns, notes = _columns(read, repeat)
    write_mixture(read, found, columns, destination, notes, model, device)


def _columns(grids: Sequence[CodeGrid], repeat: bool) -> tuple[int, list[str]]:
    """How long a blend is, and what there is to say of grids of another length."""
    lengths = [len(grid.codes) for grid in grids]
    if min(lengths) == max(lengths):
        return lengths[0], []
    told = f"the grids have {', '.join(map(str, lengths))} columns"
    if repeat:
        return max(lengths), [f"{told}: the shorter ones repeat up to {max(lengths)}"]
    end = counted(min(lengths), "column")
    return min(lengths), [f"{told}: the blend ends after {end}; with --repeat, shorter ones repeat"]


def _weights(
    grids: Sequence[CodeGrid],
    weights: str,
    over_time: tuple[str, str],
    curve: Curve | None,
    level_weights: Sequence[str],
) -> Weights:
    """The weights as they are typed. Raises CodesError when they make no sense."""
    from distill_live.inference.blending import Weights

    if any(over_time) and (weights or not all(over_time)):
        raise CodesError("--from and --to go together, in the place of --weights")
    if curve is not None and not all(over_time):
        raise CodesError("--curve is for --from and --to: other weights do not change")
    count, labels = len(grids), grids[0].level_labels
    levels = {}
    for text in level_weights:
        label, equals, numbers = text.partition("=")
        if not equals:
            raise CodesError(f"--level-weights takes LEVEL=WEIGHTS, not {text!r}")
        levels[find_level(label, labels)] = _numbers(numbers, count)
    usual = weights or ",".join(["1"] * count)
    first, last = over_time if all(over_time) else (usual, usual)
    return Weights(_numbers(first, count), _numbers(last, count), curve or "linear", levels)


def _numbers(text: str, count: int) -> list[float]:
    """Weights of so many grids; of two grids, one number is the share of the second."""
    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError:
        numbers = []
    if count == 2 and len(numbers) == 1 and 0.0 <= numbers[0] <= 1.0:
        return [1.0 - numbers[0], numbers[0]]
    if len(numbers) != count:
        share = ", or one number 0..1, the share of the second grid" if count == 2 else ""
        raise CodesError(f"give {count} weights with commas between them{share}; not {text!r}")
    return numbers
