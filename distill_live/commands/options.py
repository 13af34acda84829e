"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Device = Literal["auto", "cpu", "cuda", "mps"]
ColumnFrames = Literal["4", "8", "16"]
PriorSize = Literal["small", "medium", "large"]
SoundFormat = Literal["wav", "flac", "ogg", "mp3"]

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the recordings are.")]
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="A path, a name or its unique start.")
]
ModelOption = Annotated[str, typer.Option("--model", help="A path, a name or its unique start.")]
PriorSizeOption = Annotated[
    PriorSize | None, typer.Option("--prior-size", help="Of the prior; else by files.")
]
DeviceOption = Annotated[Device, typer.Option("--device", help="What torch computes on.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a model of that name.")]
