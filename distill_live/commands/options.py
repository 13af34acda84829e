"""Options that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

Device = Literal["auto", "cpu", "cuda", "mps"]
ColumnFrames = Literal["4", "8", "16"]
VocoderChoice = Literal["auto", "phase", "neural"]
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
KeepOption = Annotated[
    bool,
    typer.Option(
        "--training-codes/--no-training-codes",
        help="Keep codes and spectrograms of the recordings, and previews, in the model file; "
        "--continue needs them.",
    ),
]
DeviceOption = Annotated[Device, typer.Option("--device", help="What torch computes on.")]
AcceleratorOption = Annotated[
    Device | None,
    typer.Option("--accelerator", help="Train through Lightning Fabric, on one device or several."),
]
DevicesOption = Annotated[
    int,
    typer.Option("--devices", min=1, help="How many devices of this machine divide each batch."),
]
NodesOption = Annotated[
    int,
    typer.Option("--num-nodes", min=1, help="How many machines do; start this command on each."),
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with an interrupted run of the same command. On the CPU this gives a "
        "byte-identical model, with the same version of torch and number of threads.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AnewOption = Annotated[
    bool,
    typer.Option("--force", help="Start over, even if an interrupted run could be resumed."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a model of that name.")]


def _require_finite(seconds: float | None) -> float | None:
    if seconds is not None and not math.isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no finite number of seconds.")
    return seconds


def seconds_option(name: str, minimum: float, help: str) -> Any:
    """An option for a length in seconds: `minimum` or more, and an end to it."""
    return typer.Option(name, min=minimum, help=help, callback=_require_finite)
