"""Options that several commands share."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import typer

from distill_live.audio.loudness import HIGHEST_LUFS, LOWEST_LUFS
from distill_live.parameters import PARAMETERS


def parameter_option(name: str) -> Any:
    """The option of a parameter of the instrument; help and range come from its declaration."""
    parameter = PARAMETERS[name]
    # On the command line, off is to leave the option out.
    doc = parameter.doc.replace("off leaves it to", "without it, this is up to")
    option = name.replace("_", "-").replace("/", "-")
    return typer.Option(
        f"--{option}",
        min=parameter.minimum,
        max=parameter.maximum,
        help=doc,
    )


def _require_loudness(lufs: float | None) -> float | None:
    if lufs is not None and math.isnan(lufs):
        raise typer.BadParameter(f"{lufs} is not a loudness: {LOWEST_LUFS:g}..{HIGHEST_LUFS:g}.")
    return lufs


def _require_finite(number: float | None) -> float | None:
    if number is not None and not math.isfinite(number):
        raise typer.BadParameter(f"{number} is not a finite number.")
    return number


@dataclass(frozen=True)
class TimeLimit:
    """How long a training may take, as the user has written it."""

    words: str
    seconds: float

    @classmethod
    def read(cls, words: str) -> Self:
        """Of a number and its unit, such as 20m. Raises BadParameter."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", words.strip())
        if found is None or not float(found[1]):
            raise typer.BadParameter(
                f"{words!r} is not a time: write a number with s, m or h, such as 90s, 20m or 1.5h."
            )
        return cls(words.strip(), float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]])

    def __str__(self) -> str:
        return self.words


Device = Literal["auto", "cpu", "cuda", "mps"]
ColumnFrames = Literal["4", "8", "16"]
VocoderChoice = Literal["auto", "phase", "neural"]
PriorSize = Literal["small", "medium", "large"]
SoundFormat = Literal["wav", "flac", "ogg", "mp3"]
CodesFormat = Literal["json", "npz"]
GrainsFormat = Literal["flac", "ogg"]

FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Folder that holds the recordings.")
]
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="Model: a path, a name, or the start of a name.")
]
ModelOption = Annotated[
    str, typer.Option("--model", help="Model: a path, a name, or the start of a name.")
]
PriorSizeOption = Annotated[
    PriorSize | None,
    typer.Option("--prior-size", help="Prior size (default: chosen by the number of recordings)."),
]
KeepOption = Annotated[
    bool,
    typer.Option(
        "--training-codes/--no-training-codes",
        help="Store the codes and spectrograms of the recordings, and previews, in the model file; "
        "--continue needs them.",
    ),
]
GrainsOption = Annotated[
    bool,
    typer.Option(
        "--grains/--no-grains",
        help="Write the sound of the recordings into a file beside the model, to be played as "
        "grains.",
    ),
]
BitDepthOption = Annotated[
    int,
    typer.Option("--bit-depth", help="Bits per sample: 16, 24 or 32 (32 is float, wav only)."),
]
LufsOption = Annotated[
    float | None,
    typer.Option(
        "--lufs",
        min=LOWEST_LUFS,
        max=HIGHEST_LUFS,
        callback=_require_loudness,
        help="Integrated loudness of the sound in LUFS, such as -16 (default: as the model makes "
        "it).",
    ),
]
FadeOption = Annotated[
    float,
    typer.Option(
        "--fade",
        min=0,
        max=10_000,
        callback=_require_finite,
        metavar="MS",
        help="Fade in and out at the ends of the sound, in ms; 0 leaves it as it is.",
    ),
]
ClarityOption = Annotated[float, parameter_option("clarity")]
GrainOption = Annotated[float, parameter_option("grain")]
ReachOption = Annotated[float, parameter_option("grain_reach")]
DeviceOption = Annotated[Device, typer.Option("--device", help="Device for torch to compute on.")]
AcceleratorOption = Annotated[
    Device | None,
    typer.Option(
        "--accelerator", help="Train with Lightning Fabric, on one or several of these devices."
    ),
]
DevicesOption = Annotated[
    int,
    typer.Option(
        "--devices", min=1, help="Number of devices on this machine that share each batch."
    ),
]
NodesOption = Annotated[
    int,
    typer.Option(
        "--num-nodes",
        min=1,
        help="Number of machines that share each batch; start the same command on each.",
    ),
]
TimeOption = Annotated[
    TimeLimit | None,
    typer.Option(
        "--time",
        metavar="TIME",
        parser=TimeLimit.read,
        help="How long training should take, such as 90s, 20m or 1.5h; chooses the numbers of "
        "epochs.",
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Resume an interrupted run of the same command. On the CPU this gives a "
        "byte-identical model, given the same version of torch and number of threads.",
    ),
]
ProgressFileOption = Annotated[
    Path | None,
    typer.Option(
        "--progress-file", help="Append the progress to this file, as JSON lines for a program."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
WorkOption = Annotated[
    Path,
    typer.Option(
        "--work",
        metavar="FOLDER",
        help="Folder for what the page and the HTTP API make: uploaded recordings, trainings, "
        "generated files, the trash.",
    ),
]
UploadLimitOption = Annotated[
    int,
    typer.Option(
        "--upload-limit", metavar="MB", min=1, max=100_000, help="Largest upload, in megabytes."
    ),
]
AnewOption = Annotated[
    bool,
    typer.Option("--force", help="Start over, even if an interrupted run could be resumed."),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace an existing model of the same name.")
]


def require_time_or_epochs(time: TimeLimit | None, **epochs: int | None) -> None:
    """Raise BadParameter if both a time and one of these numbers of epochs, by the names of their
    options, are given."""
    if time and any(epochs.values()):
        names = " and ".join(f"--{name.replace('_', '-')}" for name in epochs)
        numbers = "number" if len(epochs) == 1 else "numbers"
        raise typer.BadParameter(
            f"--time chooses the {numbers} of epochs: leave out {names}, or --time"
        )


def seconds_option(name: str, minimum: float, help: str) -> Any:
    """An option for a length in seconds: `minimum` or more, and an end to it."""
    return typer.Option(name, min=minimum, help=help, callback=_require_finite)
