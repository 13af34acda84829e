"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from distill_live.parameters import PARAMETERS


class Device(StrEnum):
    """Torch's devices."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class SoundFormat(StrEnum):
    """Sound files that can be written."""

    wav = "wav"
    flac = "flac"
    ogg = "ogg"
    mp3 = "mp3"


ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="A path, a name or its unique start.")
]
ModelOption = Annotated[str, typer.Option("--model", help="A path, a name or its unique start.")]
DeviceOption = Annotated[Device, typer.Option("--device", help="What torch computes on.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a model of that name.")]


def parameter_option(name: str) -> Any:
    """The option of a parameter of the instrument; help and range come from its declaration."""
    parameter = PARAMETERS[name]
    return typer.Option(
        f"--{name.replace('_', '-')}",
        min=parameter.minimum,
        max=parameter.maximum,
        help=parameter.doc,
    )
