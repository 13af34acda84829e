"""What `train` and `train-vocoder` share."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from distill_live.audio.dataset import Recordings
from distill_live.commands.options import VocoderChoice
from distill_live.commands.training_steps.phases import fingerprint
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.commands.training_steps.run import check_ending
from distill_live.models.file.persistence import LoadedVQModel, load_model_v2, save_model_v2
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder
from distill_live.training.run.checkpoint import Checkpoints
from distill_live.training.run.processes import Processes
from distill_live.training.vocoder.judging import compare_vocoders
from distill_live.training.vocoder.pairs import extract_sound_pairs
from distill_live.training.vocoder.trainer import (
    TrainedVocoder,
    VocoderTrainingConfig,
    get_adaptive_vocoder_training_config,
    train_vocoder,
)


def add_vocoder(
    progress: TrainingProgress,
    path: Path,
    recordings: Recordings,
    choice: VocoderChoice,
    epochs: int | None,
    adversarial: bool | None,
    checkpoints: Checkpoints,
) -> bool:
    """Train a vocoder for the model in the file, measure it beside the one that needs no training,
    and save the chosen one there; True when Ctrl-C ended the training.

    Ctrl-C keeps the best so far; before there is one, the file stays as it is. `adversarial` None
    is as the device allows. Raises ModelFileError and TrainingError.
    """
    # One process trains it, whatever trained the rest.
    processes = Processes(checkpoints.processes.device)
    loaded = load_model_v2(path, processes.device)
    codec = loaded.require_trainable()
    config = get_adaptive_vocoder_training_config(codec.config.column_frames, processes.device)
    config = config if epochs is None else replace(config, epochs=epochs)
    config = config if adversarial is None else replace(config, adversarial=adversarial)
    checkpoints.begin(
        "vocoder", fingerprint(recordings, config, loaded.metadata["codec_sha256"], processes)
    )
    try:
        progress.begin_vocoder(config)
        pairs = extract_sound_pairs(codec, loaded.spectrogram, recordings, config.holdout)
        trained = train_vocoder(
            pairs, loaded.spectrogram, config, progress.vocoder_epoch, checkpoints
        )
    except KeyboardInterrupt:
        return True
    phase = _phase_vocoder(loaded)
    distances = compare_vocoders(
        {"phase": phase, "neural": trained.vocoder}, pairs, recordings.sample_rate
    )
    neural = choice == "neural" or distances["neural"].nearer_than(distances["phase"])
    progress.end_vocoder(distances, "neural" if neural else "phase", asked=choice == "neural")
    told = {
        "vocoder": {key: value for key, value in asdict(config).items() if key != "vocoder"},
        "vocoder_seconds": round(checkpoints.seconds, 1),
        "vocoder_best_epoch": trained.best_epoch,
        "vocoder_files": [recording.name for recording in recordings.recordings],
        "vocoder_distances": {name: asdict(one) for name, one in distances.items()},
    }
    _save(path, loaded, trained.vocoder if neural else phase, told, _curves(config, trained))
    check_ending(progress, trained.ending, trained.warning)
    return trained.ending.interrupted


def use_phase_vocoder(path: Path) -> None:
    """Let a model play by the vocoder that needs no training; a trained one is dropped."""
    loaded = load_model_v2(path)
    loaded.require_trainable()
    _save(path, loaded, _phase_vocoder(loaded), {}, {})


def _phase_vocoder(loaded: LoadedVQModel) -> PhaseVocoder:
    if isinstance(loaded.vocoder, PhaseVocoder):
        return loaded.vocoder
    return PhaseVocoder(
        loaded.spectrogram, PhaseConfig(block_frames=loaded.model.config.column_frames)
    )


def _curves(
    config: VocoderTrainingConfig, trained: TrainedVocoder
) -> dict[str, list[float | None]]:
    keys = ("training", "validation", *(("discriminators",) if config.adversarial else ()))
    return {key: [getattr(epoch, key) for epoch in trained.history] for key in keys}


def _save(
    path: Path,
    loaded: LoadedVQModel,
    vocoder: PhaseVocoder | NeuralVocoder,
    told: dict[str, Any],
    curves: dict[str, list[float | None]],
) -> None:
    """Save the model with this vocoder; what is told of the one before it goes."""
    old = loaded.metadata
    training = {
        key: value
        for key, value in (old.get("training") or {}).items()
        if not key.startswith("vocoder")
    }
    all_curves = {k: v for k, v in (old.get("loss_curves") or {}).items() if k != "vocoder"}
    if curves:
        all_curves["vocoder"] = curves
    save_model_v2(
        path,
        model=loaded.model,
        spectrogram=loaded.spectrogram,
        prior=loaded.prior,
        vocoder=vocoder,
        metadata=old | {"training": training | told, "loss_curves": all_curves},
        training_codes=loaded.training_codes,
        previews=loaded.previews,
    )
