"""`distill-live encode`: a sound file into a grid of codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from distill_live.commands.loading import load_model
from distill_live.commands.options import DeviceOption, ModelOption
from distill_live.commands.output import free_path, tell


def encode(
    audio: Annotated[Path, typer.Argument(metavar="AUDIO", help="A sound file.")],
    model: ModelOption,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="A .json or .npz file; else AUDIO's name with .json, here."),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Turn a sound file into a grid of codes: columns x bands x levels."""
    from distill_live.audio.reading.sound import Sound
    from distill_live.codes.grid import save_grid
    from distill_live.inference import codes

    loaded = load_model(model, device)
    sound = Sound(audio)
    for note in sound.notes:
        tell(f"{audio}: {note}", err=True)
    grid = codes.encode_blocks(loaded, sound.blocks(loaded.spectrogram.config.sample_rate))
    path = output or free_path(Path(), audio.stem, "json")
    save_grid(path, grid)
    columns, bands, levels = grid.codes.shape
    tell(f"{path}: {columns} columns x {bands} bands x {levels} levels")
