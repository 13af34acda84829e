"""Saving the result of each phase: its network, and what the model's header says about it.

All headers are put together here. A phase changes its own part of a model and keeps the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from distill_live import __version__
from distill_live.audio.dataset import Recordings
from distill_live.audio.distances.reconstruction import Distances
from distill_live.audio.files import audio_bytes
from distill_live.codes.codebook_health import count_codes
from distill_live.codes.training_codes import TrainingCodes
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.errors import AudioFileError
from distill_live.models.codec.clarity import Clarity
from distill_live.models.file.kept_recordings import Preview, declines_codes
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.loudness import LOUDNESS
from distill_live.models.file.persistence import save_model_v2
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder
from distill_live.training.codec.clarity import measure_clarity
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.previews import Previews
from distill_live.training.codec.trainer import TrainedCodec
from distill_live.training.data.kept import code_training_parts
from distill_live.training.data.rehearsal import code_rehearsed
from distill_live.training.prior.memorisation import Memorisation
from distill_live.training.prior.trainer import PriorTrainingConfig, TrainedPrior
from distill_live.training.vocoder.trainer import TrainedVocoder, VocoderTrainingConfig

#: What a model keeps of its header when it is continued.
_KEPT = ("name", "tags", "created", "level_labels")


def save_codec(
    run: TrainingRun,
    material: Material,
    config: CodecTrainingConfig,
    trained: TrainedCodec,
    previews: Previews,
) -> None:
    """Save a codec without a prior, with its clarity, the codes of all recordings and previews. If
    the user has declined, neither codes nor previews are kept.

    Raises ModelFileError when the file cannot be written.
    """
    codes, keeps_codes = _codes(material, config, trained), run.choices.keep_codes
    counts = count_codes(np.concatenate([one.codes for one in codes]), config.codec.codebook_size)
    names = material.names
    save_model_v2(
        run.path,
        model=trained.model,
        spectrogram=trained.spectrogram,
        metadata={
            "training": {
                "version": __version__,
                "codec": _settings(config, "codec") | {"start": material.start_name},
                "codec_seconds": round(run.checkpoints.seconds, 1),
                "keeps_codes": keeps_codes,
                "best_epoch": trained.best_epoch,
                "files": len(names),
                "sound_seconds": round(material.seconds, 1),
            },
            "codebook_health": [asdict(level) for level in trained.health],
            "code_counts": counts.tolist(),
            "loss_curves": {
                "codec": _curves(trained.history, "loss", "training_db", "validation_db")
            },
            "loudness_db": material.loudness_db(),
            "dataset_files": names,
            **{key: material.known[key] for key in _KEPT if key in material.known},
        },
        training_codes=codes if keeps_codes else (),
        previews=_as_mp3(previews, material.recordings.sample_rate) if keeps_codes else (),
        clarity=_clarity(material, config, trained),
    )


def save_prior(
    run: TrainingRun,
    material: Material,
    config: PriorTrainingConfig,
    trained: TrainedPrior,
    memorisation: Memorisation | None,
) -> None:
    """Save the model with a new prior.

    If the file has no codes of its recordings, those that the prior has learned are added, unless
    the user has declined. Raises ModelFileError when the file cannot be written.
    """
    loaded = _with_codes(run, material.recordings, config.holdout)
    told = {
        "prior": _settings(config, "prior"),
        "prior_seconds": round(run.checkpoints.seconds, 1),
        "prior_best_epoch": trained.best_epoch,
        "prior_files": material.names,
        "prior_perplexity": asdict(trained.perplexity),
        "memorisation": asdict(memorisation) if memorisation else None,
    }
    curves = {"prior": _curves(trained.history, "training", "validation")}
    metadata = _retold(loaded.metadata, told, curves)
    run.save(replace(loaded, prior=trained.prior, metadata=metadata))


def save_vocoder(
    run: TrainingRun,
    recordings: Recordings,
    config: VocoderTrainingConfig,
    trained: TrainedVocoder,
    distances: Mapping[str, Distances],
    *,
    neural: bool,
) -> None:
    """Save the model with the trained vocoder if `neural`, else with the phase vocoder. What the
    header said about an earlier one is replaced. Raises ModelFileError when the file cannot be
    written."""
    loaded = run.model()
    told = {
        "vocoder": _settings(config, "vocoder"),
        "vocoder_seconds": round(run.checkpoints.seconds, 1),
        "vocoder_best_epoch": trained.best_epoch,
        "vocoder_files": [recording.name for recording in recordings.recordings],
        "vocoder_distances": {name: asdict(one) for name, one in distances.items()},
    }
    keys = ("training", "validation", *(("discriminators",) if config.adversarial else ()))
    curves = {"vocoder": _curves(trained.history, *keys)}
    vocoder = trained.vocoder if neural else phase_vocoder(loaded)
    run.save(_with_vocoder(loaded, vocoder, told, curves))


def with_phase_vocoder(loaded: LoadedVQModel) -> LoadedVQModel:
    """A model with the vocoder that needs no training; its header says nothing about another."""
    return _with_vocoder(loaded, phase_vocoder(loaded), {}, {})


def phase_vocoder(loaded: LoadedVQModel) -> PhaseVocoder:
    """The model's own vocoder if that needs no training, else a new one."""
    if isinstance(loaded.vocoder, PhaseVocoder):
        return loaded.vocoder
    config = PhaseConfig(block_frames=loaded.model.config.column_frames)
    return PhaseVocoder(loaded.spectrogram, config)


def _with_vocoder(
    loaded: LoadedVQModel,
    vocoder: PhaseVocoder | NeuralVocoder,
    told: dict[str, Any],
    curves: dict[str, Any],
) -> LoadedVQModel:
    training, old_curves = loaded.metadata.get("training"), loaded.metadata.get("loss_curves")
    bare = loaded.metadata | {
        "training": {k: v for k, v in (training or {}).items() if not k.startswith("vocoder")},
        "loss_curves": {k: v for k, v in (old_curves or {}).items() if k != "vocoder"},
    }
    return replace(loaded, vocoder=vocoder, metadata=_retold(bare, told, curves))


def _retold(
    metadata: dict[str, Any], told: dict[str, Any], curves: dict[str, Any]
) -> dict[str, Any]:
    """A header with the entries of a phase in `training`, and with its loss curves."""
    # It was that of the prior and vocoder before.
    kept = {key: value for key, value in metadata.items() if key != LOUDNESS}
    return kept | {
        "training": (metadata.get("training") or {}) | told,
        "loss_curves": (metadata.get("loss_curves") or {}) | curves,
    }


def _codes(
    material: Material, config: CodecTrainingConfig, trained: TrainedCodec
) -> tuple[TrainingCodes, ...]:
    """The codes of all recordings, rehearsed ones first."""
    codec, rehearsal = trained.model, material.rehearsal
    return (
        *(code_rehearsed(codec, rehearsal) if rehearsal else ()),
        *code_training_parts(codec, trained.spectrogram, material.recordings, config.holdout),
    )


def _clarity(material: Material, config: CodecTrainingConfig, trained: TrainedCodec) -> Clarity:
    """What the codec's mels lack, measured on the recordings and, if the model is continued, on the
    spectrograms that it has kept of its old ones."""
    rehearsed = material.rehearsal.recorded_mels if material.rehearsal else ()
    return measure_clarity(
        trained.model, trained.spectrogram, material.recordings, rehearsed, config.holdout
    )


def _with_codes(run: TrainingRun, recordings: Recordings, holdout: float) -> LoadedVQModel:
    """The run's model; if it has no codes of its recordings and may have them, they are added."""
    loaded = run.model()
    if loaded.training_codes or declines_codes(loaded.metadata):
        return loaded
    codec = loaded.require_trainable()
    codes = code_training_parts(codec, loaded.spectrogram, recordings, holdout)
    run.say("the model file had no codes of its recordings; they have been added")
    return replace(loaded, training_codes=codes)


def _as_mp3(previews: Previews, sample_rate: int) -> list[Preview]:
    """Previews for the model file. There are none if mp3 cannot be written here: the model must be
    saved all the same."""
    try:
        return [
            Preview(epoch, audio_bytes(sound, sample_rate, "mp3"))
            for epoch, sound in previews.sounds
        ]
    except AudioFileError:
        return []


def _settings(
    config: CodecTrainingConfig | PriorTrainingConfig | VocoderTrainingConfig, network: str
) -> dict[str, Any]:
    """The settings without the network's shape, which the header has elsewhere."""
    return {key: value for key, value in asdict(config).items() if key != network}


def _curves(history: Sequence[Any], *keys: str) -> dict[str, list[float | None]]:
    """Figures of the epochs, each as a list with one value for every epoch."""
    return {key: [getattr(epoch, key) for epoch in history] for key in keys}
