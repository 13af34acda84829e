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
    GrainsOption,
    KeepOption,
    NodesOption,
    PriorSizeOption,
    ProgressFileOption,
    ResumeOption,
    TimeOption,
    VocoderChoice,
    require_time_or_epochs,
)
from distill_live.models.file.library import find_own_model, new_model_path, require_no_checkpoint


def train(
    folder: FolderArgument,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the model (default: the folder's name).")
    ] = None,
    no_prior: Annotated[
        bool,
        typer.Option(
            "--no-prior",
            help="Train the codec only; the model can then encode and decode, but not play.",
        ),
    ] = False,
    codebook_size: Annotated[
        int | None,
        typer.Option(
            "--codebook-size",
            min=8,
            max=1024,
            help="Codes per level (default: chosen by the number of recordings).",
        ),
    ] = None,
    rvq_levels: Annotated[
        int, typer.Option("--rvq-levels", min=2, max=4, help="Number of levels, coarse to fine.")
    ] = 3,
    commitment_weight: Annotated[
        float | None,
        typer.Option(
            "--commitment-weight",
            min=0,
            help="Weight of the commitment loss, which keeps the encoder close to the codes.",
        ),
    ] = None,
    column_frames: Annotated[
        ColumnFrames,
        typer.Option("--column-frames", help="Length of a column, in frames of 10.7 ms."),
    ] = "8",
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Model whose encoder and decoder the new codec begins with; none begins with "
            "random weights (default: base, which ships and knows many sounds).",
        ),
    ] = None,
    mono: Annotated[
        bool,
        typer.Option(
            "--mono",
            help="Make a mono model, even if recordings are stereo (default: stereo if any is).",
        ),
    ] = False,
    codec_epochs: Annotated[
        int | None,
        typer.Option(
            "--codec-epochs",
            "--epochs",
            min=1,
            help="Number of codec epochs (default: 10; with --from none, 40; with --continue, 20).",
        ),
    ] = None,
    prior_epochs: Annotated[
        int | None,
        typer.Option(
            "--prior-epochs",
            min=1,
            help="Maximum number of prior epochs (default: 24); training stops early when the "
            "prior no longer improves.",
        ),
    ] = None,
    time: TimeOption = None,
    prior_size: PriorSizeOption = None,
    training_codes: KeepOption = True,
    grains: GrainsOption = True,
    vocoder: Annotated[
        VocoderChoice,
        typer.Option(
            "--vocoder",
            help="Vocoder: phase needs no training, neural is trained, auto keeps the better of "
            "the two.",
        ),
    ] = "phase",
    device: DeviceOption = "auto",
    accelerator: AcceleratorOption = None,
    devices: DevicesOption = 1,
    num_nodes: NodesOption = 1,
    continues: Annotated[
        str | None,
        typer.Option(
            "--continue", metavar="MODEL", help="Model to continue training with these recordings."
        ),
    ] = None,
    resume: ResumeOption = False,
    force: ForceOption = False,
    progress_file: ProgressFileOption = None,
    previews: Annotated[
        Path | None,
        typer.Option(
            "--previews",
            help="Write previews into this folder while the codec trains: what it makes of the end "
            "of a recording, and the original.",
        ),
    ] = None,
) -> None:
    """Make a model from a folder of recordings: first the codec, then the prior, then, optionally,
    a vocoder.

    Reads wav, flac, ogg, opus, mp3, aiff and caf files of 0.3 s and longer. Stereo recordings make
    a stereo model; with --mono, they are mixed to mono. Ctrl-C keeps the best result so far, and
    --resume continues from there. A crash loses at most one epoch.
    """
    require_time_or_epochs(time, codec_epochs=codec_epochs, prior_epochs=prior_epochs)
    if continues is not None:
        if name or codebook_size or rvq_levels != 3 or column_frames != "8" or mono or start:
            raise typer.BadParameter(
                "a model keeps its name and shape with --continue: leave out --name, "
                "--codebook-size, --rvq-levels, --column-frames, --mono and --from"
            )
        if vocoder != "phase":
            raise typer.BadParameter(
                "--vocoder cannot be combined with --continue: continue first, then run "
                "train-vocoder"
            )
        path = find_own_model(continues)
    else:
        path = new_model_path(name or _name_of(folder), replace=True)
    if not (resume or force):
        require_no_checkpoint(path)
        if continues is None:
            new_model_path(path.stem)

    from distill_live.commands.training_steps.choices import Choices
    from distill_live.commands.training_steps.loudness import measuring_loudness
    from distill_live.commands.training_steps.more_recordings import learn_more
    from distill_live.commands.training_steps.phases import train_new
    from distill_live.commands.training_steps.run import TrainingRun, open_processes

    choices = Choices(
        codebook_size=codebook_size, rvq_levels=rvq_levels, column_frames=int(column_frames),
        start=start, mono=mono, codec_epochs=codec_epochs, commitment_weight=commitment_weight,
        keep_codes=training_codes, grains=grains, no_prior=no_prior, prior_size=prior_size,
        prior_epochs=prior_epochs, vocoder=vocoder, time=time,
    )  # fmt: skip
    shown = None
    with open_processes(device, accelerator, devices, num_nodes) as processes:
        with TrainingRun.open(
            "train", path, folder, choices, processes, resume=resume, progress_file=progress_file,
            previews=previews,
        ) as run:  # fmt: skip
            with measuring_loudness(run):
                if continues is not None:
                    learn_more(run)
                else:
                    shown = train_new(run)
        run.write_page(shown)
        run.end()


def _name_of(folder: Path) -> str:
    """The folder's name, without what no model may be called."""
    return re.sub(r"[^\w .+-]", "_", folder.resolve().name).strip(" .") or "model"
