"""`distill-live train-prior`: the prior alone, on a frozen codec."""

from __future__ import annotations

from typing import Annotated

import typer

from distill_live.commands.options import (
    DeviceOption,
    FolderArgument,
    ModelArgument,
    PriorSizeOption,
)
from distill_live.commands.report import Report
from distill_live.models.library import find_own_model


def train_prior(
    model: ModelArgument,
    folder: FolderArgument,
    prior_size: PriorSizeOption = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, help="At most; it stops when it is past its best."),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Train the prior of a model anew; its codec stays as it is, and the file is the same.

    Ctrl-C keeps the best so far.
    """
    path = find_own_model(model)

    from distill_live.commands.training import add_prior, read_recordings, say_next
    from distill_live.models.devices import pick_device

    torch_device = pick_device(device)
    with Report() as report:
        recordings = read_recordings(report, folder)
        interrupted = add_prior(report, path, recordings, prior_size, epochs, torch_device)
    say_next(path, folder)
    if interrupted:
        raise typer.Exit(130)
