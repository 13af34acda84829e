"""What `train` and `train-prior` share."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import typer

from distill_live import __version__
from distill_live.audio.dataset import Recordings, load_recordings
from distill_live.commands.report import Report
from distill_live.errors import ModelNotFoundError, TrainingError
from distill_live.models.header import read_header
from distill_live.models.library import find_model
from distill_live.models.persistence import LoadedVQModel, load_model_v2, save_model_v2
from distill_live.models.prior_kinds import PriorSize, get_adaptive_prior_config
from distill_live.models.vqvae import ConvVQVAE
from distill_live.training.codec import TrainedCodec
from distill_live.training.config import CodecTrainingConfig
from distill_live.training.prior import PriorTrainingConfig, train_prior


def read_recordings(report: Report, folder: Path) -> Recordings:
    """All recordings of a folder; says what was skipped. Raises DatasetError for an empty set."""
    report.begin("reading")
    recordings = load_recordings(folder, on_file=report.advance)
    for name, reason in recordings.skipped:
        report.say(f"skipped {name}: {reason}")
    report.say(f"{len(recordings.recordings)} recordings, {recordings.seconds:.1f} s")
    return recordings


def save_codec(
    path: Path,
    trained: TrainedCodec,
    recordings: Recordings,
    config: CodecTrainingConfig,
    seconds: float,
) -> None:
    """Save a codec that has no prior yet. Raises ModelFileError when it cannot be written."""
    epochs = [asdict(epoch) for epoch in trained.history]
    curves = {
        key: [epoch[key] for epoch in epochs] for key in ("loss", "training_db", "validation_db")
    }
    save_model_v2(
        path,
        model=trained.model,
        spectrogram=trained.spectrogram,
        metadata={
            "training": {
                "version": __version__,
                "codec": _settings(config, "codec"),
                "codec_seconds": round(seconds, 1),
                "best_epoch": trained.best_epoch,
                "files": len(recordings.recordings),
                "sound_seconds": round(recordings.seconds, 1),
            },
            "codebook_health": [asdict(level) for level in trained.health],
            "loss_curves": {"codec": curves},
            "loudness_db": _loudness_db(recordings),
            "dataset_files": [recording.name for recording in recordings.recordings],
        },
    )


def add_prior(
    report: Report,
    path: Path,
    recordings: Recordings,
    size: PriorSize | None,
    epochs: int | None,
    device: torch.device,
) -> bool:
    """Train a prior on the codec in the file and save both there; True when Ctrl-C ended it.

    Ctrl-C keeps the best prior so far; before there is one, the file stays as it is. Raises
    ModelFileError and TrainingError.
    """
    loaded = load_model_v2(path, device)
    if not isinstance(loaded.model, ConvVQVAE):
        raise TrainingError(
            f"{path} is a model of Distill v1.1, whose prior cannot be trained here: train a new "
            "model with `distill-live train FOLDER`"
        )
    config = _prior_config(loaded, recordings, size, epochs)
    began = time.monotonic()
    try:
        report.begin_prior(config)
        trained = train_prior(
            loaded.model, loaded.spectrogram, recordings, config, device, report.prior_epoch
        )
    except KeyboardInterrupt:
        return True
    report.end_prior(trained.report)
    old = loaded.metadata
    training = (old.get("training") or {}) | {
        "prior": _settings(config, "prior"),
        "prior_seconds": round(time.monotonic() - began, 1),
        "prior_best_epoch": trained.best_epoch,
        "prior_files": [recording.name for recording in recordings.recordings],
        "prior_perplexity": asdict(trained.report),
    }
    old_curves = old.get("loss_curves") or {}
    curves = {
        "training": [epoch.training for epoch in trained.history],
        "validation": [epoch.validation for epoch in trained.history],
    }
    save_model_v2(
        path,
        model=loaded.model,
        spectrogram=loaded.spectrogram,
        prior=trained.prior,
        vocoder=loaded.vocoder,
        metadata=old | {"training": training, "loss_curves": old_curves | {"prior": curves}},
    )
    return trained.interrupted


def say_next(path: Path, folder: Path) -> None:
    """Where the model is and what to type now."""
    has_prior = read_header(path).metadata["prior"]
    name = path.stem if _goes_by_its_name(path) else path
    command = f"serve {name}" if has_prior else f"train-prior {name} {folder}"
    typer.echo(f"model: {path}")
    typer.echo(f"next:  distill-live {command}")


def _goes_by_its_name(path: Path) -> bool:
    """Whether the file's stem finds it, and no other model nor nothing."""
    try:
        return find_model(path.stem).resolve() == path.resolve()
    except ModelNotFoundError:
        return False


def _prior_config(
    loaded: LoadedVQModel, recordings: Recordings, size: PriorSize | None, epochs: int | None
) -> PriorTrainingConfig:
    codec = loaded.model.config
    shape = get_adaptive_prior_config(
        size or len(recordings.recordings), codec.codebook_size, codec.num_quantizers, codec.bands
    )
    config = PriorTrainingConfig(prior=shape)
    return config if epochs is None else replace(config, epochs=epochs)


def _settings(config: CodecTrainingConfig | PriorTrainingConfig, network: str) -> dict[str, Any]:
    """The settings without the network's shape, which the header has already."""
    return {key: value for key, value in asdict(config).items() if key != network}


def _loudness_db(recordings: Recordings) -> float:
    """RMS of all samples in dB below full scale."""
    squares = sum(
        float(np.square(one.samples, dtype=np.float64).sum()) for one in recordings.recordings
    )
    samples = sum(len(one.samples) for one in recordings.recordings)
    return round(10 * float(np.log10(squares / samples + 1e-12)), 2)
