"""`distill-live decode`: a grid of codes into a sound file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from distill_live.commands.destinations import single_file
from distill_live.commands.options import DeviceOption, ModelOption
from distill_live.commands.output import check_sound_file, progress_bar, tell, write_sound
from distill_live.inference.loading import load_model


def decode(
    codes: Annotated[
        Path,
        typer.Argument(metavar="CODES", help="Codes written by `encode`: a .json or .npz file."),
    ],
    model: ModelOption,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Output sound file (wav, flac, ogg or mp3) or folder (default: ./CODES.wav).",
        ),
    ] = None,
    bit_depth: Annotated[
        int,
        typer.Option("--bit-depth", help="Bits per sample: 16, 24 or 32 (32 is float, wav only)."),
    ] = 24,
    device: DeviceOption = "auto",
) -> None:
    """Turn a grid of codes into a sound file, with the model that made the codes."""
    from distill_live.codes.grid import load_grid
    from distill_live.inference import codes as inference

    grid = load_grid(codes)
    path = single_file(output, f"{codes.stem}.wav")
    check_sound_file(path.suffix.lower().lstrip("."), grid.sample_rate, bit_depth)
    loaded = load_model(model, device)
    with progress_bar("decoding") as advance:
        samples = inference.decode(loaded, grid, advance)
    write_sound(path, samples, grid.sample_rate, bit_depth)
    tell(f"{path}: {grid.duration_s:.1f} s")
