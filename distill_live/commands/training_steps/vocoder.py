"""The last phase of `train`, and the only one of `train-vocoder`: a vocoder for the model."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import torch

from distill_live.audio.dataset import Recordings
from distill_live.commands.training_steps.loudness import note_loudness
from distill_live.commands.training_steps.run import RunStopped, TrainingRun
from distill_live.commands.training_steps.saving import (
    phase_vocoder,
    save_vocoder,
    with_phase_vocoder,
)
from distill_live.commands.training_steps.time_limit import in_time, vocoder_in_time
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_changed_model
from distill_live.models.vocoder.vocoder import Vocoder
from distill_live.training.vocoder.judging import compare_vocoders
from distill_live.training.vocoder.pairs import SoundPairs, extract_sound_pairs
from distill_live.training.vocoder.trainer import (
    VocoderTrainingConfig,
    get_adaptive_vocoder_training_config,
    train_vocoder,
)


def add_vocoder(run: TrainingRun, recordings: Recordings) -> None:
    """Train a vocoder for the model in the run's file, compare it with the one that needs no
    training, and save the chosen one there.

    A single process trains it, even if several trained the rest. Ctrl-C keeps the best vocoder so
    far; before there is one, the file stays unchanged. Raises ModelFileError, TrainingError and
    RunStopped.
    """
    loaded = run.model()
    codec, spectrogram = loaded.require_trainable(), loaded.spectrogram
    config = run.choices.of_vocoder(
        get_adaptive_vocoder_training_config(codec.config.column_frames, loaded.device)
    )
    pairs = cache(partial(_pairs, loaded, recordings, config))

    def fitted() -> VocoderTrainingConfig:
        # Making pairs takes a part of the time.
        run.progress.begin("pairs")
        pairs()
        return vocoder_in_time(run, config, loaded)

    try:
        chosen = in_time(run, "vocoder", config, fitted)
        run.begin_phase("vocoder", recordings, chosen, loaded.metadata["codec_sha256"], processes=1)
        run.progress.begin_vocoder(chosen)
        trained = train_vocoder(
            pairs(), spectrogram, chosen, run.progress.vocoder_epoch, run.checkpoints,
            on_pace=lambda found: run.progress.vocoder_pace(found.seconds),
        )  # fmt: skip
    except KeyboardInterrupt:
        raise RunStopped from None
    both: dict[str, Vocoder] = {"phase": phase_vocoder(loaded), "neural": trained.vocoder}
    distances = compare_vocoders(both, pairs(), recordings.sample_rate)
    asked = run.choices.vocoder == "neural"
    neural = asked or distances["neural"].nearer_than(distances["phase"])
    run.progress.end_vocoder(distances, "neural" if neural else "phase", asked=asked)
    save_vocoder(run, recordings, chosen, trained, distances, neural=neural)
    run.end_phase(trained.ending, trained.warning)


def _pairs(
    loaded: LoadedVQModel, recordings: Recordings, config: VocoderTrainingConfig
) -> SoundPairs:
    """What the vocoder learns from."""
    codec, spectrogram = loaded.require_trainable(), loaded.spectrogram
    return extract_sound_pairs(codec, spectrogram, recordings, config.holdout, loaded.clarity)


def use_phase_vocoder(path: Path, device: torch.device) -> None:
    """Let a model play with the vocoder that needs no training; a trained one is removed. `device`
    measures how loud it then plays."""
    loaded = load_model_v2(path)
    loaded.require_trainable()
    save_changed_model(path, with_phase_vocoder(loaded))
    if loaded.prior is not None:
        note_loudness(path, device)
