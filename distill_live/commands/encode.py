"""`distill-live encode`: a sound file into a grid of codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from distill_live.commands.destinations import single_file
from distill_live.commands.options import DeviceOption, ModelOption
from distill_live.commands.output import tell
from distill_live.inference.loading import load_model


def encode(
    audio: Annotated[Path, typer.Argument(metavar="AUDIO", help="Sound file to encode.")],
    model: ModelOption,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="Output .json or .npz file, or folder (default: ./AUDIO.json)."
        ),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Turn a sound file into a grid of codes: columns x bands x levels."""
    from distill_live.audio.reading.sound import Sound
    from distill_live.codes.grid import check_suffix, save_grid
    from distill_live.inference import codes

    path = single_file(output, f"{audio.stem}.json")
    check_suffix(path)
    loaded = load_model(model, device)
    sound = Sound(audio)
    for note in sound.notes:
        tell(f"{audio}: {note}", err=True)
    grid = codes.encode_blocks(loaded, sound.blocks(loaded.spectrogram.config.sample_rate))
    save_grid(path, grid)
    columns, bands, levels = grid.codes.shape
    tell(f"{path}: {columns} columns x {bands} bands x {levels} levels")
