"""What training saves in a model file: a codec, and then a prior, with all that is told of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from distill_live import __version__
from distill_live.audio.dataset import Recordings
from distill_live.audio.files import audio_bytes
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.errors import AudioFileError
from distill_live.models.file.kept_recordings import Preview, declines_codes
from distill_live.models.file.persistence import LoadedVQModel, save_model_v2
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.health import count_codes
from distill_live.training.codec.previews import Previews
from distill_live.training.codec.trainer import TrainedCodec
from distill_live.training.data.kept import code_training_parts
from distill_live.training.data.rehearsal import Rehearsal, code_rehearsed
from distill_live.training.prior.memorisation import Memorisation
from distill_live.training.prior.trainer import PriorTrainingConfig, TrainedPrior

# Squares need twice the memory of the samples: for hours at once that is gigabytes.
_SUMMED_SAMPLES = 1 << 20


def save_codec(
    path: Path,
    trained: TrainedCodec,
    recordings: Recordings,
    config: CodecTrainingConfig,
    seconds: float,
    previews: Previews | None,
    rehearsal: Rehearsal | None = None,
) -> None:
    """Save a codec that has no prior yet, with the codes of its recordings and of those that it has
    rehearsed; without previews nothing of them is kept.

    Raises ModelFileError when it cannot be written.
    """
    old = rehearsal.metadata if rehearsal else {}
    codes = (
        *(code_rehearsed(trained.model, rehearsal) if rehearsal else ()),
        *code_training_parts(trained.model, trained.spectrogram, recordings, config.holdout),
    )
    counts = count_codes(np.concatenate([one.codes for one in codes]), config.codec.codebook_size)
    files = all_files(recordings, rehearsal)
    old_seconds = rehearsal.seconds if rehearsal else 0.0
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
                "keeps_codes": previews is not None,
                "best_epoch": trained.best_epoch,
                "files": len(files),
                "sound_seconds": round(recordings.seconds + old_seconds, 1),
            },
            "codebook_health": [asdict(level) for level in trained.health],
            "code_counts": counts.tolist(),
            "loss_curves": {"codec": curves},
            "loudness_db": _loudness_db(recordings, old.get("loudness_db"), old_seconds),
            "dataset_files": files,
            **{key: old[key] for key in ("name", "tags", "created", "level_labels") if key in old},
        },
        training_codes=codes if previews else (),
        previews=_as_mp3(previews, recordings.sample_rate) if previews else (),
    )


def add_codes(
    progress: TrainingProgress, loaded: LoadedVQModel, recordings: Recordings, holdout: float
) -> None:
    """Give a model that has no codes of its recordings those of the recordings that its prior has
    learned, unless the user has declined; `save_prior` saves them."""
    if loaded.training_codes or declines_codes(loaded.metadata):
        return
    loaded.training_codes = code_training_parts(
        loaded.require_trainable(), loaded.spectrogram, recordings, holdout
    )
    progress.say("the model file had no codes of its recordings, and keeps them from now on")


def save_prior(
    path: Path,
    loaded: LoadedVQModel,
    trained: TrainedPrior,
    files: list[str],
    config: PriorTrainingConfig,
    seconds: float,
    memorisation: Memorisation | None,
) -> None:
    """Save a model with a new prior, learned from those files; all else stays as it is.

    Raises ModelFileError when it cannot be written.
    """
    old = loaded.metadata
    training = (old.get("training") or {}) | {
        "prior": _settings(config, "prior"),
        "prior_seconds": round(seconds, 1),
        "prior_best_epoch": trained.best_epoch,
        "prior_files": files,
        "prior_perplexity": asdict(trained.perplexity),
        "memorisation": asdict(memorisation) if memorisation else None,
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
        training_codes=loaded.training_codes,
        previews=loaded.previews,
    )


def all_files(recordings: Recordings, rehearsal: Rehearsal | None) -> list[str]:
    """The names of what a model has learned: what is rehearsed, then what is there."""
    rehearsed = rehearsal.names if rehearsal else []
    return [*rehearsed, *(one.name for one in recordings.recordings)]


def _as_mp3(previews: Previews, sample_rate: int) -> list[Preview]:
    """Previews for the model file; none where sound cannot be written as mp3: the model is to be
    saved."""
    try:
        return [
            Preview(epoch, audio_bytes(sound, sample_rate, "mp3"))
            for epoch, sound in previews.sounds
        ]
    except AudioFileError:
        return []


def _settings(config: CodecTrainingConfig | PriorTrainingConfig, network: str) -> dict[str, Any]:
    """The settings without the network's shape, which the header has already."""
    return {key: value for key, value in asdict(config).items() if key != network}


def _loudness_db(
    recordings: Recordings, old_db: float | None = None, old_seconds: float = 0.0
) -> float:
    """RMS of all samples in dB below full scale, those of old recordings included."""
    squares = sum(
        float(np.square(one.samples[start : start + _SUMMED_SAMPLES], dtype=np.float64).sum())
        for one in recordings.recordings
        for start in range(0, len(one.samples), _SUMMED_SAMPLES)
    )
    samples = sum(len(one.samples) for one in recordings.recordings)
    if old_db is not None:
        old_samples = round(old_seconds * recordings.sample_rate)
        squares, samples = squares + old_samples * 10 ** (old_db / 10), samples + old_samples
    return round(10 * float(np.log10(squares / samples + 1e-12)), 2)
