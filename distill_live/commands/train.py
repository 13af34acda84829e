"""`distill-live train`: a folder of recordings becomes a model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from distill_live.commands.options import (
    AcceleratorOption,
    ColumnFrames,
    DeviceOption,
    DevicesOption,
    FolderArgument,
    ForceOption,
    KeepOption,
    NodesOption,
    PriorSizeOption,
    ResumeOption,
    VocoderChoice,
)
from distill_live.models.file.library import find_own_model, new_model_path, require_no_checkpoint


def train(
    folder: FolderArgument,
    name: Annotated[
        str | None, typer.Option("--name", help="The model's name; else the folder's.")
    ] = None,
    no_prior: Annotated[
        bool, typer.Option("--no-prior", help="Stop after the codec: encode and decode only.")
    ] = False,
    codebook_size: Annotated[
        int | None,
        typer.Option("--codebook-size", min=8, max=1024, help="Codes per level; else by files."),
    ] = None,
    rvq_levels: Annotated[
        int, typer.Option("--rvq-levels", min=2, max=4, help="Levels, coarse to fine.")
    ] = 3,
    commitment_weight: Annotated[
        float | None,
        typer.Option("--commitment-weight", min=0, help="How strongly codes hold the encoder."),
    ] = None,
    column_frames: Annotated[
        ColumnFrames, typer.Option("--column-frames", help="A column's length, of 10.7 ms each.")
    ] = "8",
    codec_epochs: Annotated[
        int | None,
        typer.Option(
            "--codec-epochs",
            "--epochs",
            min=1,
            help="Epochs of the codec (default: 40, with --continue 20).",
        ),
    ] = None,
    prior_epochs: Annotated[
        int | None,
        typer.Option(
            "--prior-epochs",
            min=1,
            help="The most epochs of the prior (default: 24); it stops early once it gets worse.",
        ),
    ] = None,
    prior_size: PriorSizeOption = None,
    training_codes: KeepOption = True,
    vocoder: Annotated[
        VocoderChoice,
        typer.Option(
            "--vocoder",
            help="phase needs no training; neural is trained, auto keeps the better of the two.",
        ),
    ] = "phase",
    device: DeviceOption = "auto",
    accelerator: AcceleratorOption = None,
    devices: DevicesOption = 1,
    num_nodes: NodesOption = 1,
    continues: Annotated[
        str | None,
        typer.Option("--continue", metavar="MODEL", help="Add the recordings to this model."),
    ] = None,
    resume: ResumeOption = False,
    force: ForceOption = False,
) -> None:
    """Make a model from a folder of recordings: first the codec, then the prior, then, if wanted,
    a vocoder.

    Reads wav, flac, ogg, opus, mp3, aiff and caf files of 0.3 s and longer. Ctrl-C keeps the best
    so far, and --resume goes on from there. After a crash, at most one epoch is lost.
    """
    if continues is not None:
        if name or codebook_size or rvq_levels != 3 or column_frames != "8":
            raise typer.BadParameter("a model that goes on keeps its name and its shape")
        if vocoder != "phase":
            raise typer.BadParameter("let the model go on first, then run train-vocoder")
        path = find_own_model(continues)
    else:
        path = new_model_path(name or _name_of(folder), replace=True)
    if not (resume or force):
        require_no_checkpoint(path)
        if continues is None:
            new_model_path(path.stem)

    from distill_live.commands.training_steps.choices import Choices
    from distill_live.commands.training_steps.continuing import learn_more
    from distill_live.commands.training_steps.phases import train_new
    from distill_live.commands.training_steps.run import TrainingRun, open_processes

    choices = Choices(
        codebook_size=codebook_size, rvq_levels=rvq_levels, column_frames=int(column_frames),
        codec_epochs=codec_epochs, commitment_weight=commitment_weight, keep_codes=training_codes,
        no_prior=no_prior, prior_size=prior_size, prior_epochs=prior_epochs, vocoder=vocoder,
    )  # fmt: skip
    shown = None
    with open_processes(device, accelerator, devices, num_nodes) as processes:
        with TrainingRun.open("train", path, folder, choices, processes, resume=resume) as run:
            if continues is not None:
                learn_more(run)
            else:
                shown = train_new(run)
        run.write_page(shown)
        run.end()


def _name_of(folder: Path) -> str:
    """The folder's name, without what no model may be called."""
    return re.sub(r"[^\w .+-]", "_", folder.resolve().name).strip(" .") or "model"
