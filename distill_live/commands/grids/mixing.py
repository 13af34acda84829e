"""What `blend` and `morph` share: options, and how a mixture of grids is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from distill_live.codes.grid import joined_sources
from distill_live.codes.grid_file import SUFFIXES, save_grid
from distill_live.commands.destinations import free_file, named_file
from distill_live.commands.grids.reading import load_model_of
from distill_live.commands.output import (
    check_sound_file,
    counted,
    progress_bar,
    tell,
    warn,
    write_sound,
)
from distill_live.errors import CodesError

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.inference.blending import Weights

Curve = Literal["linear", "smooth"]
_USUAL_DEPTH = 24

SmoothOption = Annotated[
    bool,
    typer.Option("--smooth", help="Write the sound of the mixture, without quantising it again."),
]
MixtureOutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="Output .json or .npz file, with --smooth a sound file; or an existing folder.",
    ),
]
MixtureBitDepthOption = Annotated[
    int | None,
    typer.Option(
        "--bit-depth",
        help="With --smooth: bits per sample, 16, 24 or 32 (32 is float, wav only; default: 24).",
    ),
]


def curve_option(default: Curve) -> Any:
    """The option for how weights change; None stands for the default."""
    ways = "linear is evenly, smooth is slowly at both ends"
    return typer.Option("--curve", help=f"How the weights change: {ways} (default: {default}).")


@dataclass(frozen=True)
class Destination:
    """The file for a mixture: a grid, or with `smooth` a sound of so many bits per sample."""

    path: Path
    smooth: bool
    bit_depth: int

    @classmethod
    def at(
        cls, output: Path | None, stem: str, smooth: bool, bit_depth: int | None, sample_rate: int
    ) -> Destination:
        """What the options say; `stem` is the usual name. Raises CodesError or AudioFileError if
        no such file can be written."""
        named = named_file(output or Path(), f"{stem}.wav" if smooth else f"{stem}.json")
        depth = _USUAL_DEPTH if bit_depth is None else bit_depth
        if smooth:
            check_sound_file(named.suffix.lower().lstrip("."), sample_rate, depth)
        elif named.suffix not in SUFFIXES:
            raise CodesError(
                f"{named} must end in {' or '.join(SUFFIXES)}; with --smooth it can be a sound file"
            )
        elif bit_depth is not None:
            raise CodesError("--bit-depth is for --smooth: codes have no bits per sample")
        return cls(free_file(named), smooth, depth)


def write_mixture(
    grids: Sequence[CodeGrid],
    weights: Weights,
    columns: int,
    destination: Destination,
    notes: Sequence[str],
    model: str | None,
    device: str,
) -> None:
    """Mix so many columns of grids of one model, and write them; see `inference.blending`. `notes`
    are said once it is certain that this can be done."""
    from distill_live.inference.blending import Mixture
    from distill_live.inference.codes import decode_vectors

    mixture = Mixture.of(grids, weights, columns)
    loaded = load_model_of(grids[0], model, device)
    for note in notes:
        warn(f"note: {note}")
    path = destination.path
    if destination.smooth:
        vectors = mixture.vectors(loaded.codebooks)
        with progress_bar("decoding") as advance:
            blocks = decode_vectors(loaded, vectors, columns, advance)
            write_sound(path, blocks, grids[0].sample_rate, destination.bit_depth)
    else:
        codes = mixture.codes(loaded.codebooks)
        save_grid(path, replace(grids[0], codes=codes, source=joined_sources(grids)))
    tell(f"{path}: {counted(columns, 'column')}, {columns * grids[0].column_seconds:.1f} s")
