"""`distill-live train`: a folder of recordings becomes a model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.models.file.library import find_own_model, new_model_path, require_no_checkpoint

if TYPE_CHECKING:
    from distill_live.audio.dataset import Recordings
    from distill_live.training.codec.config import CodecTrainingConfig


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

    from distill_live.commands.training_steps.continuing import train_on
    from distill_live.commands.training_steps.phases import Choices, train_phases
    from distill_live.commands.training_steps.run import end_run, open_processes, read_recordings
    from distill_live.commands.training_steps.vocoder import add_vocoder
    from distill_live.training.run.checkpoint import Checkpoints

    choices = Choices(
        codec_epochs, commitment_weight, prior_size, prior_epochs, no_prior, training_codes
    )
    with open_processes(device, accelerator, devices, num_nodes) as processes:
        checkpoints = Checkpoints(path, resume=resume, processes=processes)
        if not resume:
            checkpoints.discard()
        with TrainingProgress(quiet=not processes.is_first) as progress:
            shown = None
            if continues is not None:
                interrupted = train_on(progress, path, folder, choices, checkpoints)
            else:
                recordings = read_recordings(progress, folder)
                config = _codec_config(recordings, codebook_size, rvq_levels, int(column_frames))
                interrupted = train_phases(progress, path, recordings, config, choices, checkpoints)
                shown = recordings if training_codes else None
                if vocoder != "phase" and not interrupted and processes.is_first:
                    interrupted = add_vocoder(
                        progress, path, recordings, vocoder, None, None, checkpoints
                    )
        end_run(progress, path, folder, shown, checkpoints, interrupted=interrupted)


def _codec_config(
    recordings: Recordings, codebook_size: int | None, levels: int, column_frames: int
) -> CodecTrainingConfig:
    """Settings for so many files and so much sound, with the user's in their place."""
    from distill_live.audio.spectrogram import SpectrogramConfig
    from distill_live.models.codec.vqvae import get_adaptive_vqvae_config
    from distill_live.training.codec.config import get_adaptive_codec_config

    chosen = {"num_quantizers": levels, "column_frames": column_frames}
    if codebook_size is not None:
        chosen["codebook_size"] = codebook_size
    codec = get_adaptive_vqvae_config(len(recordings.recordings), **chosen)
    column_samples = SpectrogramConfig().hop_length * column_frames
    columns = round(recordings.seconds * recordings.sample_rate / column_samples)
    return get_adaptive_codec_config(codec, columns)


def _name_of(folder: Path) -> str:
    """The folder's name, without what no model may be called."""
    return re.sub(r"[^\w .+-]", "_", folder.resolve().name).strip(" .") or "model"
