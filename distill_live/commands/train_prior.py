"""`distill-live train-prior`: the prior alone, on a frozen codec."""

from __future__ import annotations

from typing import Annotated

import typer

from distill_live.commands.options import (
    AcceleratorOption,
    AnewOption,
    DeviceOption,
    DevicesOption,
    FolderArgument,
    ModelArgument,
    NodesOption,
    PriorSizeOption,
    ResumeOption,
)
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.models.file.header import read_header
from distill_live.models.file.library import find_own_model, require_no_checkpoint


def train_prior(
    model: ModelArgument,
    folder: FolderArgument,
    prior_size: PriorSizeOption = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, help="The most epochs (default: 24); it may stop early."),
    ] = None,
    device: DeviceOption = "auto",
    accelerator: AcceleratorOption = None,
    devices: DevicesOption = 1,
    num_nodes: NodesOption = 1,
    resume: ResumeOption = False,
    force: AnewOption = False,
) -> None:
    """Train the prior of a model anew; its codec stays as it is, and the file is the same.

    A model without codes of its recordings, of an older version, gets them; one that was trained
    with --no-training-codes does not.
    Ctrl-C keeps the best so far, and --resume goes on from there, or after a crash.
    """
    path = find_own_model(model)
    if not (resume or force):
        require_no_checkpoint(path, "train-prior")

    from distill_live.commands.training_steps.phases import add_prior
    from distill_live.commands.training_steps.run import (
        begin_run,
        end_run,
        open_processes,
        read_recordings,
    )
    from distill_live.models.file.kept_recordings import declines_codes
    from distill_live.training.run.checkpoint import Checkpoints

    with open_processes(device, accelerator, devices, num_nodes) as processes:
        checkpoints = Checkpoints(path, "train-prior", resume=resume, processes=processes)
        if not resume:
            checkpoints.discard()
        with TrainingProgress(quiet=not processes.is_first) as progress:
            recordings = read_recordings(progress, folder)
            begin_run(progress, checkpoints)
            interrupted = add_prior(progress, path, recordings, prior_size, epochs, checkpoints)
        shown = None if declines_codes(read_header(path).metadata) else recordings
        end_run(progress, path, folder, shown, checkpoints, interrupted=interrupted)
