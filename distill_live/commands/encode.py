"""`distill-live encode`: sound files into grids of codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from distill_live.commands.destinations import ConvertedFiles
from distill_live.commands.many_files import for_each_file
from distill_live.commands.options import CodesFormat, DeviceOption, ModelOption
from distill_live.commands.output import grid_size, tell
from distill_live.inference.loading import load_model


def encode(
    audio: Annotated[list[Path], typer.Argument(metavar="AUDIO...", help="Sound files to encode.")],
    model: ModelOption,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Output folder, or for a single sound a .json or .npz file (default: AUDIO.json "
            "in this folder).",
        ),
    ] = None,
    format: Annotated[
        CodesFormat | None,
        typer.Option(
            "--format", help="File format (default: from the name given to --output, else json)."
        ),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Turn sound files into grids of codes: columns x bands x levels.

    If one of several sounds cannot be read, the others are encoded all the same.

    An existing file is never replaced: the new one gets a number, and the line that is printed
    names it.
    """
    from distill_live.audio.reading.sound import Sound
    from distill_live.codes.grid_file import check_suffix, save_grid
    from distill_live.inference import codes

    places = ConvertedFiles.at(output, format, "json", len(audio))
    if places.named:
        check_suffix(places.named)
    loaded = load_model(model, device)
    sample_rate = loaded.spectrogram.config.sample_rate

    def encode_one(source: Path) -> None:
        sound = Sound(source)
        for note in sound.notes:
            tell(f"{source}: {note}", err=True)
        blocks = sound.blocks(sample_rate, loaded.channels)
        grid = codes.encode_blocks(loaded, blocks, source.name)
        path = places.path(source)
        save_grid(path, grid)
        tell(f"{path}: {grid_size(grid.codes.shape)}")

    for_each_file(audio, encode_one)
