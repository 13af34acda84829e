"""`distill-live morph`: from one grid of codes to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid
from distill_live.commands.grids.mixing import (
    CurveOption,
    Destination,
    MixtureBitDepthOption,
    MixtureOutputOption,
    SmoothOption,
    write_mixture,
)
from distill_live.commands.grids.reading import GridModelOption, load_model_of, read_grid
from distill_live.commands.options import DeviceOption, seconds_option
from distill_live.commands.output import tell, warn
from distill_live.errors import CodesError
from distill_live.parameters import PARAMETERS

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
    curve: CurveOption = "smooth",
    smooth: SmoothOption = False,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=int(_SEED.minimum),
            max=int(_SEED.maximum),
            help="Seed of a morph through the prior; another one gives another way.",
        ),
    ] = 0,
    manner: Annotated[
        float,
        typer.Option(
            "--manner",
            min=0.01,
            max=1.0,
            help="Through the prior: how much the two grids count, against the prior's own habits.",
        ),
    ] = 0.8,
    temperature: Annotated[
        float,
        typer.Option(
            "--temperature",
            min=_TEMPERATURE.minimum,
            max=_TEMPERATURE.maximum,
            help="Through the prior: how adventurous it is.",
        ),
    ] = _TEMPERATURE.default,
    output: MixtureOutputOption = None,
    bit_depth: MixtureBitDepthOption = 24,
    model: GridModelOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Morph from one grid to another, into a grid of its own that lasts --seconds.

    The same grids, model, seed and settings give the same codes.
    """
    if seconds > _LONGEST_S:
        raise CodesError(f"a morph lasts up to {_LONGEST_S:g} seconds, not {seconds:g}")
    a, b = read_grid(first), read_grid(second)
    a.require_like(b)
    if through == "prior" and smooth:
        raise CodesError("a morph through the prior consists of codes: leave --smooth out")
    destination = Destination.at(output, "morph", smooth, bit_depth, a.sample_rate)
    if through == "prior":
        _through_prior(a, b, seconds, seed, manner, temperature, destination.path, model, device)
        return
    from distill_live.inference.blending import Weights

    columns = max(round(seconds * a.sample_rate / a.column_samples), 1)
    for path, grid in ((first, a), (second, b)):
        if len(grid.codes) < columns:
            warn(f"note: {path} has only {grid.duration_seconds:.1f} s, which repeat")
    write_mixture([a, b], Weights((1, 0), (0, 1), curve), columns, destination, model, device)


def _through_prior(
    a: CodeGrid,
    b: CodeGrid,
    seconds: float,
    seed: int,
    manner: float,
    temperature: float,
    path: Path,
    model: str | None,
    device: str,
) -> None:
    from distill_live.inference.morph import morph as draw
    from distill_live.models.prior.sampling import Sampling

    loaded = load_model_of(a, model, device)
    sampling = Sampling(temperature=temperature, manner=manner)
    grid = draw(loaded, a, b, seconds, sampling, seed)
    save_grid(path, grid)
    tell(f"{path}: {len(grid.codes)} columns, {grid.duration_seconds:.1f} s")
