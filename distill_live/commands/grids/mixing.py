"""What `blend` and `morph` share: options, and how a mixture of grids is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from distill_live.codes.grid import joined_sources
from distill_live.codes.grid_file import SUFFIXES, save_grid
from distill_live.commands.destinations import single_file
from distill_live.commands.grids.reading import load_model_of
from distill_live.commands.output import check_sound_file, progress_bar, tell, write_sound
from distill_live.errors import CodesError

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.inference.blending import Weights

Curve = Literal["linear", "smooth"]

CurveOption = Annotated[
    Curve,
    typer.Option("--curve", help="How the weights change: evenly, or slowly at both ends."),
]
SmoothOption = Annotated[
    bool,
    typer.Option("--smooth", help="Write the sound of the mixture, without quantising it again."),
]
MixtureOutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", help="Output .json or .npz file, with --smooth a sound file; or folder."
    ),
]
MixtureBitDepthOption = Annotated[
    int,
    typer.Option("--bit-depth", help="Bits per sample of a sound: 16, 24 or 32 (float, wav only)."),
]


@dataclass(frozen=True)
class Destination:
    """The file for a mixture: a grid, or with `smooth` a sound of so many bits per sample."""

    path: Path
    smooth: bool
    bit_depth: int

    @classmethod
    def at(
        cls, output: Path | None, stem: str, smooth: bool, bit_depth: int, sample_rate: int
    ) -> Destination:
        """What the options say; `stem` is the usual name. Raises CodesError or AudioFileError if
        no such file can be written."""
        path = single_file(output, f"{stem}.wav" if smooth else f"{stem}.json")
        if smooth:
            check_sound_file(path.suffix.lower().lstrip("."), sample_rate, bit_depth)
        elif path.suffix not in SUFFIXES:
            raise CodesError(
                f"{path} must end in {' or '.join(SUFFIXES)}; with --smooth it can be a sound file"
            )
        return cls(path, smooth, bit_depth)


def write_mixture(
    grids: Sequence[CodeGrid],
    weights: Weights,
    columns: int,
    destination: Destination,
    model: str | None,
    device: str,
) -> None:
    """Mix so many columns of grids of one model, and write them; see `inference.blending`."""
    from distill_live.inference.blending import Mixture
    from distill_live.inference.codes import decode_vectors

    mixture = Mixture.of(grids, weights, columns)
    loaded = load_model_of(grids[0], model, device)
    path = destination.path
    if destination.smooth:
        vectors = mixture.vectors(loaded.codebooks)
        with progress_bar("decoding") as advance:
            blocks = decode_vectors(loaded, vectors, columns, advance)
            write_sound(path, blocks, grids[0].sample_rate, destination.bit_depth)
    else:
        codes = mixture.codes(loaded.codebooks)
        save_grid(path, replace(grids[0], codes=codes, source=joined_sources(grids)))
    tell(f"{path}: {columns} columns, {columns * grids[0].column_seconds:.1f} s")
