"""`distill-live train-vocoder`: a vocoder of the model's own, on a frozen codec."""

from __future__ import annotations

from typing import Annotated

import typer

from distill_live.commands.options import (
    DeviceOption,
    FolderArgument,
    ModelArgument,
    VocoderChoice,
)
from distill_live.commands.training_report import Report
from distill_live.models.library import find_own_model


def train_vocoder(
    model: ModelArgument,
    folder: FolderArgument,
    vocoder: Annotated[
        VocoderChoice,
        typer.Option(
            "--vocoder",
            help="Which one the model plays by then: auto is the one nearer to recordings that "
            "training did not see; phase trains nothing and drops a trained one.",
        ),
    ] = "auto",
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="How many (default: 12; 60 on a GPU).")
    ] = None,
    adversarial: Annotated[
        bool | None,
        typer.Option(
            "--adversarial/--no-adversarial",
            help="Train against discriminators; else where there is a GPU.",
        ),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Train a vocoder on a model's recordings; codec and prior stay as they are.

    Says how near it comes to the recordings, beside the one that needs no training. Ctrl-C keeps
    the best so far.
    """
    path = find_own_model(model)

    from distill_live.commands.training_run import read_recordings, say_next
    from distill_live.commands.vocoder_training import add_vocoder, use_phase_vocoder
    from distill_live.models.devices import pick_device

    torch_device = pick_device(device)
    interrupted = False
    if vocoder == "phase":
        use_phase_vocoder(path)
    else:
        with Report() as report:
            recordings = read_recordings(report, folder)
            interrupted = add_vocoder(
                report, path, recordings, vocoder, epochs, adversarial, torch_device
            )
    say_next(path, folder)
    if interrupted:
        raise typer.Exit(130)
