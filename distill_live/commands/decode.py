"""`distill-live decode`: grids of codes into sound files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.audio.fades import fade_ends
from distill_live.commands.destinations import ConvertedFiles
from distill_live.commands.many_files import for_each_file
from distill_live.commands.options import (
    BitDepthOption,
    ClarityOption,
    DeviceOption,
    FadeOption,
    GrainOption,
    LufsOption,
    ModelOption,
    ReachOption,
    SoundFormat,
)
from distill_live.commands.output import (
    check_sound_file,
    progress_bar,
    tell,
    warn_of_grains,
    write_sound,
)
from distill_live.errors import CodesError
from distill_live.inference.loading import load_model
from distill_live.parameters import PARAMETERS

if TYPE_CHECKING:
    from distill_live.audio.limiter import Samples
    from distill_live.codes.grid import CodeGrid
    from distill_live.models.file.loaded import LoadedVQModel
    from distill_live.models.sound_settings import SoundSettings


def decode(
    codes: Annotated[
        list[Path],
        typer.Argument(metavar="CODES...", help="Codes written by `encode`: .json and .npz files."),
    ],
    model: ModelOption,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Output folder, or for a single grid a sound file: wav, flac, ogg or mp3 "
            "(default: CODES.wav in this folder).",
        ),
    ] = None,
    format: Annotated[
        SoundFormat | None,
        typer.Option(
            "--format", help="File format (default: from the name given to --output, else wav)."
        ),
    ] = None,
    clarity: ClarityOption = PARAMETERS["clarity"].default,
    grain: GrainOption = PARAMETERS["grain"].default,
    reach: ReachOption = PARAMETERS["grain_reach"].default,
    bit_depth: BitDepthOption = 24,
    lufs: LufsOption = None,
    fade: FadeOption = 0.0,
    device: DeviceOption = "auto",
) -> None:
    """Turn grids of codes into sound files, with the model that made the codes.

    If one of several grids cannot be used, the others are decoded all the same.

    An existing file is never replaced: the new one gets a number, and the line that is printed
    names it.
    """
    from distill_live.codes.grid_file import load_grid
    from distill_live.inference.codes import require_fit
    from distill_live.models.sound_settings import SoundSettings

    places = ConvertedFiles.at(output, format, "wav", len(codes))
    loaded, sound = load_model(model, device), SoundSettings(clarity, grain, reach)
    warn_of_grains(loaded)
    sample_rate = loaded.spectrogram.config.sample_rate
    check_sound_file(places.format, sample_rate, bit_depth)

    def decode_one(source: Path) -> None:
        grid = load_grid(source)
        try:
            require_fit(loaded, grid)
        except CodesError as error:
            raise CodesError(f"{source}: {error}") from error
        path = places.path(source)
        decoded = _decoded(loaded, grid, sound)
        samples = len(grid.codes) * loaded.column_samples
        faded = fade_ends(decoded, samples, round(fade / 1000 * sample_rate))
        write_sound(path, faded, sample_rate, bit_depth, lufs=lufs)
        tell(f"{path}: {grid.duration_seconds:.1f} s")

    for_each_file(codes, decode_one)


def _decoded(loaded: LoadedVQModel, grid: CodeGrid, sound: SoundSettings) -> Iterator[Samples]:
    """The blocks of a grid's sound, with a bar while they are made."""
    from distill_live.inference.codes import decode_blocks

    with progress_bar("decoding") as advance:
        yield from decode_blocks(loaded, grid, advance, sound)
