"""`distill-live morph`: from one grid of codes to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid
from distill_live.commands.grids.mixing import (
    Curve,
    Destination,
    MixtureBitDepthOption,
    MixtureOutputOption,
    SmoothOption,
    curve_option,
    write_mixture,
)
from distill_live.commands.grids.reading import GridModelOption, load_model_of, read_grid
from distill_live.commands.options import DeviceOption, seconds_option
from distill_live.commands.output import counted, tell
from distill_live.errors import CodesError
from distill_live.parameters import PARAMETERS

if TYPE_CHECKING:
    from distill_live.models.file.loaded import LoadedVQModel

_SEED, _TEMPERATURE = PARAMETERS["seed"], PARAMETERS["temperature"]
_LONGEST_S = 3600.0


def morph(
    first: Annotated[Path, typer.Argument(metavar="A", help="Grid to begin with.")],
    second: Annotated[
        Path, typer.Argument(metavar="B", help="Grid of the same model to end with.")
    ],
    seconds: Annotated[float, seconds_option("--seconds", 0.01, "Length of the morph in seconds.")],
    through: Annotated[
        Literal["blend", "prior"],
        typer.Option(
            "--through",
            help="blend: both grids play, and the mixture goes from A to B. prior: the prior "
            "continues from the end of A, with codes that come more and more from B.",
        ),
    ] = "blend",
    curve: Annotated[Curve | None, curve_option("smooth")] = None,
    smooth: SmoothOption = False,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            min=int(_SEED.minimum),
            max=int(_SEED.maximum),
            help="Through the prior: seed; another one gives another way (default: 0).",
        ),
    ] = None,
    manner: Annotated[
        float | None,
        typer.Option(
            "--manner",
            min=0.01,
            max=1.0,
            help="Through the prior: how much the two grids count, against the prior's own habits "
            "(default: 0.8).",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            min=_TEMPERATURE.minimum,
            max=_TEMPERATURE.maximum,
            help=f"Through the prior: how adventurous it is (default: {_TEMPERATURE.default:g}).",
        ),
    ] = None,
    output: MixtureOutputOption = None,
    bit_depth: MixtureBitDepthOption = None,
    model: GridModelOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Morph from one grid to another, into a grid of its own that lasts --seconds.

    The same grids, model, seed and settings give the same codes.

    An existing file is never replaced: the new one gets a number, and the line that is printed
    names it.
    """
    if seconds > _LONGEST_S:
        raise CodesError(f"a morph lasts up to {_LONGEST_S:g} seconds, not {seconds:g}")
    for_prior = {"seed": seed, "manner": manner, "temperature": temperature}
    given = {name: value for name, value in for_prior.items() if value is not None}
    _check_options(through, smooth, curve, given)
    a, b = read_grid(first), read_grid(second)
    a.require_like(b)
    destination = Destination.at(output, "morph", smooth, bit_depth, a.sample_rate)
    if through == "prior":
        grid = _draw(load_model_of(a, model, device), a, b, seconds, given)
        save_grid(destination.path, grid)
        length = f"{counted(len(grid.codes), 'column')}, {grid.duration_seconds:.1f} s"
        tell(f"{destination.path}: {length}")
        return
    from distill_live.inference.blending import Weights

    columns = max(round(seconds * a.columns_per_second), 1)
    notes = [
        f"{path} has only {grid.duration_seconds:.1f} s, which repeat"
        for path, grid in ((first, a), (second, b))
        if len(grid.codes) < columns
    ]
    weights = Weights((1, 0), (0, 1), curve or "smooth")
    write_mixture([a, b], weights, columns, destination, notes, model, device)


def _check_options(
    through: str, smooth: bool, curve: Curve | None, for_prior: Mapping[str, float]
) -> None:
    """Raise CodesError for options that do not go together; `for_prior` are those given that only
    a morph through the prior has."""
    if through == "blend" and for_prior:
        raise CodesError("--seed, --manner and --temperature are for --through prior")
    if through == "prior" and smooth:
        raise CodesError("a morph through the prior consists of codes: leave --smooth out")
    if through == "prior" and curve is not None:
        raise CodesError("--curve is for --through blend: a morph through the prior changes evenly")


def _draw(
    loaded: LoadedVQModel, a: CodeGrid, b: CodeGrid, seconds: float, given: Mapping[str, float]
) -> CodeGrid:
    """The way through the prior, with the settings that were given."""
    from distill_live.inference.morph import MORPH_SAMPLING
    from distill_live.inference.morph import morph as draw

    settings: dict[str, Any] = {name: value for name, value in given.items() if name != "seed"}
    sampling = replace(MORPH_SAMPLING, **settings)
    return draw(loaded, a, b, seconds, sampling, int(given.get("seed", 0)))
