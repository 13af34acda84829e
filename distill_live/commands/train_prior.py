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
    ProgressFileOption,
    ResumeOption,
    TimeOption,
    require_time_or_epochs,
)
from distill_live.models.file.header import is_stereo, read_header
from distill_live.models.file.library import find_own_model, require_no_checkpoint


def train_prior(
    model: ModelArgument,
    folder: FolderArgument,
    prior_size: PriorSizeOption = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            "--epochs",
            min=1,
            help="Maximum number of epochs (default: 24); training may stop early.",
        ),
    ] = None,
    time: TimeOption = None,
    device: DeviceOption = "auto",
    accelerator: AcceleratorOption = None,
    devices: DevicesOption = 1,
    num_nodes: NodesOption = 1,
    resume: ResumeOption = False,
    force: AnewOption = False,
    progress_file: ProgressFileOption = None,
) -> None:
    """Retrain the prior of a model, in the same file; the codec stays unchanged.

    If an older model has no codes of its recordings, they are added, unless it was trained with
    --no-training-codes. Ctrl-C keeps the best result so far, and --resume continues from there,
    also after a crash.
    """
    require_time_or_epochs(time, epochs=epochs)
    path = find_own_model(model)
    if not (resume or force):
        require_no_checkpoint(path, "train-prior")

    from distill_live.commands.training_steps.choices import Choices
    from distill_live.commands.training_steps.loudness import measuring_loudness
    from distill_live.commands.training_steps.material import Material
    from distill_live.commands.training_steps.prior import add_prior
    from distill_live.commands.training_steps.run import TrainingRun, open_processes
    from distill_live.models.file.kept_recordings import declines_codes

    choices = Choices(prior_size=prior_size, prior_epochs=epochs, time=time)
    with open_processes(device, accelerator, devices, num_nodes) as processes:
        with TrainingRun.open(
            "train-prior",
            path,
            folder,
            choices,
            processes,
            resume=resume,
            progress_file=progress_file,
        ) as run:
            recordings = run.read_recordings(stereo=is_stereo(read_header(path).metadata))
            run.begin()
            with measuring_loudness(run):
                add_prior(run, Material(recordings))
        run.write_page(None if declines_codes(run.model().metadata) else recordings)
        run.end()
