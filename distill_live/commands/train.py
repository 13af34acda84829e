"""`distill-live train`: a folder of recordings becomes a model."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.options import (
    ColumnFrames,
    DeviceOption,
    FolderArgument,
    ForceOption,
    PriorSizeOption,
    VocoderChoice,
)
from distill_live.commands.report import Report
from distill_live.models.library import new_model_path

if TYPE_CHECKING:
    from distill_live.audio.dataset import Recordings
    from distill_live.training.config import CodecTrainingConfig


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
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="Of the codec; else by the settings.")
    ] = None,
    prior_size: PriorSizeOption = None,
    vocoder: Annotated[
        VocoderChoice,
        typer.Option(
            "--vocoder",
            help="phase needs no training; neural is trained, auto keeps the better of the two.",
        ),
    ] = "phase",
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Make a model from a folder of recordings: first the codec, then the prior, then, if wanted,
    a vocoder.

    Reads wav, flac, ogg, mp3 and aiff, 0.3 s and longer. Ctrl-C keeps the best so far.
    """
    path = new_model_path(name or _name_of(folder), replace=force)

    from distill_live.commands.training import add_prior, read_recordings, save_codec, say_next
    from distill_live.commands.vocoder_training import add_vocoder
    from distill_live.models.devices import pick_device
    from distill_live.training.codec import train_codec

    torch_device = pick_device(device)
    with Report() as report:
        recordings = read_recordings(report, folder)
        config = _codec_config(recordings, codebook_size, rvq_levels, int(column_frames))
        if commitment_weight is not None:
            learning = replace(config.learning, commitment_weight=commitment_weight)
            config = replace(config, learning=learning)
        if epochs is not None:
            config = replace(config, epochs=epochs)
        began = time.monotonic()
        report.begin_codec(config)
        trained = train_codec(recordings, config, torch_device, report.codec_epoch)
        report.warn_of_dead_codes(trained.health)
        save_codec(path, trained, recordings, config, time.monotonic() - began)
        report.say(f"saved {path}")
        interrupted = trained.interrupted
        if not (no_prior or interrupted):
            interrupted = add_prior(report, path, recordings, prior_size, None, torch_device)
        if vocoder != "phase" and not interrupted:
            interrupted = add_vocoder(report, path, recordings, vocoder, None, None, torch_device)
    say_next(path, folder)
    if interrupted:
        raise typer.Exit(130)


def _codec_config(
    recordings: Recordings, codebook_size: int | None, levels: int, column_frames: int
) -> CodecTrainingConfig:
    """Settings for so many files and so much sound, with the user's in their place."""
    from distill_live.audio.spectrogram import SpectrogramConfig
    from distill_live.models.vqvae import get_adaptive_vqvae_config
    from distill_live.training.config import get_adaptive_codec_config

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
