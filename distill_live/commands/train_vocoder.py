"""`distill-live train-vocoder`: a vocoder for one model, on a frozen codec."""

from __future__ import annotations

from typing import Annotated

import typer

from distill_live.commands.options import (
    AnewOption,
    DeviceOption,
    FolderArgument,
    ModelArgument,
    ProgressFileOption,
    ResumeOption,
    TimeOption,
    VocoderChoice,
    require_time_or_epochs,
)
from distill_live.models.file.header import is_stereo, read_header
from distill_live.models.file.library import find_own_model, require_no_checkpoint


def train_vocoder(
    model: ModelArgument,
    folder: FolderArgument,
    vocoder: Annotated[
        VocoderChoice,
        typer.Option(
            "--vocoder",
            help="Vocoder for the model to play with: auto is the one closer to held-out "
            "recordings, neural the trained one; phase trains nothing and removes a trained "
            "one.",
        ),
    ] = "auto",
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, help="Number of epochs (default: 12; 60 on a GPU)."),
    ] = None,
    adversarial: Annotated[
        bool | None,
        typer.Option(
            "--adversarial/--no-adversarial",
            help="Train against discriminators (default: only on a GPU).",
        ),
    ] = None,
    time: TimeOption = None,
    device: DeviceOption = "auto",
    resume: ResumeOption = False,
    force: AnewOption = False,
    progress_file: ProgressFileOption = None,
) -> None:
    """Train a vocoder on a model's recordings; the codec and the prior stay unchanged.

    Compares it with the vocoder that needs no training. Ctrl-C keeps the best result so far, and
    --resume continues from there, also after a crash.
    """
    require_time_or_epochs(time, epochs=epochs)
    path = find_own_model(model)
    if vocoder == "phase" and resume:
        raise typer.BadParameter("--vocoder phase trains nothing: leave --resume out")
    if not (resume or force or vocoder == "phase"):
        require_no_checkpoint(path, "train-vocoder")

    from distill_live.commands.training_steps.choices import Choices
    from distill_live.commands.training_steps.loudness import measuring_loudness
    from distill_live.commands.training_steps.run import TrainingRun, say_next
    from distill_live.commands.training_steps.vocoder import add_vocoder, use_phase_vocoder
    from distill_live.models.devices import pick_device
    from distill_live.training.run.processes import Processes

    processes = Processes(pick_device(device))
    if vocoder == "phase":
        use_phase_vocoder(path, processes.device)
        say_next(path, folder)
        return
    choices = Choices(
        no_prior=True, vocoder=vocoder, vocoder_epochs=epochs, adversarial=adversarial, time=time
    )
    with TrainingRun.open(
        "train-vocoder",
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
            add_vocoder(run, recordings)
    run.end()
