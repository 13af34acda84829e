"""The phases of a training that `train` and `train-prior` share: a codec, then a prior on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.commands.training_steps.run import begin_run, check_ending
from distill_live.commands.training_steps.saving import add_codes, all_files, save_codec, save_prior
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import PriorSize, get_adaptive_prior_config
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.previews import Previews
from distill_live.training.codec.trainer import train_codec
from distill_live.training.data.rehearsal import Rehearsal
from distill_live.training.data.sequences import CodeSequences, extract_code_sequences
from distill_live.training.prior.memorisation import Memorisation, measure_memorisation
from distill_live.training.prior.pace import expected_prior_seconds
from distill_live.training.prior.trainer import (
    PriorTrainingConfig,
    get_adaptive_prior_training,
    train_prior_on_codes,
)
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint
from distill_live.training.run.processes import Processes
from distill_live.training.vocoder.trainer import VocoderTrainingConfig


@dataclass(frozen=True)
class Choices:
    """What the user has chosen of a training: None is as the settings say.

    `epochs` are the codec's.

    Without `keep_codes` the model file keeps nothing of the recordings, neither codes nor previews.
    """

    epochs: int | None = None
    commitment_weight: float | None = None
    prior_size: PriorSize | None = None
    prior_epochs: int | None = None
    no_prior: bool = False
    keep_codes: bool = True

    def of_codec(self, config: CodecTrainingConfig) -> CodecTrainingConfig:
        """Settings of the codec's training with the user's in their place."""
        if self.commitment_weight is not None:
            learning = replace(config.learning, commitment_weight=self.commitment_weight)
            config = replace(config, learning=learning)
        return config if self.epochs is None else replace(config, epochs=self.epochs)


def train_phases(
    progress: TrainingProgress,
    path: Path,
    recordings: Recordings,
    config: CodecTrainingConfig,
    choices: Choices,
    checkpoints: Checkpoints,
    rehearsal: Rehearsal | None = None,
) -> bool:
    """Train the codec, then the prior, and save each in the file; True when Ctrl-C ended it.

    What an earlier run has behind it is passed over. Raises ModelFileError and TrainingError.
    """
    config, processes = choices.of_codec(config), checkpoints.processes
    base = rehearsal.metadata["weights_sha256"] if rehearsal else None
    checkpoints.begin("codec", fingerprint(recordings, config, base, processes))
    begin_run(progress, checkpoints)
    if not checkpoints.passed("codec"):
        progress.begin_codec(config)
        prior_seconds = _prior_seconds(recordings, config, choices, rehearsal, processes)
        previews = Previews(recordings, config.epochs)
        trained = train_codec(
            recordings, config, on_epoch=progress.codec_epoch,
            checkpoints=checkpoints, processes=processes, rehearsal=rehearsal,
            previews=previews if processes.is_first else None,
            on_pace=lambda seconds: progress.codec_pace(seconds, prior_seconds),
        )  # fmt: skip
        progress.end_codec(trained.health, config.codec.codebook_size)
        if processes.is_first:
            kept = previews if choices.keep_codes else None
            save_codec(path, trained, recordings, config, checkpoints.seconds, kept, rehearsal)
            progress.say(f"saved {path}")
        check_ending(progress, trained.ending, trained.warning)
        if trained.ending.interrupted:
            return True
        processes.wait()
    if choices.no_prior:
        return False
    return add_prior(
        progress, path, recordings, choices.prior_size, choices.prior_epochs, checkpoints, rehearsal
    )


def add_prior(
    progress: TrainingProgress,
    path: Path,
    recordings: Recordings,
    size: PriorSize | None,
    epochs: int | None,
    checkpoints: Checkpoints,
    rehearsal: Rehearsal | None = None,
) -> bool:
    """Train a prior on the codec in the file and save both there; True when Ctrl-C ended it.

    A file without codes of its recordings gets them, unless --no-training-codes was given when it
    was made. `rehearsal` has recordings that are not there any more, and a prior to go on from.
    Ctrl-C keeps the best prior so far; before there is one, the file stays as it is. Raises
    ModelFileError and TrainingError.
    """
    processes = checkpoints.processes
    loaded = load_model_v2(path, processes.device)
    codec = loaded.require_trainable()
    files = all_files(recordings, rehearsal)
    start, hop_length = _first_prior(rehearsal, size), loaded.spectrogram.config.hop_length
    config = _prior_config(codec.config, start, size or len(files), recordings, hop_length, epochs)
    checkpoints.begin(
        "prior", fingerprint(recordings, config, loaded.metadata["codec_sha256"], processes)
    )
    if checkpoints.passed("prior"):
        return False
    try:
        progress.begin_prior(config)
        sequences = extract_code_sequences(
            codec, loaded.spectrogram, recordings, config.holdout, config.gains_db,
            rehearsal.mels if rehearsal else (), config.speeds,
        )  # fmt: skip
        trained = train_prior_on_codes(
            sequences, config, on_epoch=progress.prior_epoch, checkpoints=checkpoints,
            processes=processes, start=start, on_pace=progress.prior_pace,
        )  # fmt: skip
    except KeyboardInterrupt:
        return True
    progress.end_prior(trained.perplexity)
    if processes.is_first:
        memorisation = _memorisation(trained.prior, sequences)
        if memorisation:
            progress.memorised(memorisation)
        add_codes(progress, loaded, recordings, config.holdout)
        save_prior(path, loaded, trained, files, config, checkpoints.seconds, memorisation)
    check_ending(progress, trained.ending, trained.warning)
    return trained.ending.interrupted


def fingerprint(
    recordings: Recordings,
    config: CodecTrainingConfig | PriorTrainingConfig | VocoderTrainingConfig,
    base: str | None,
    processes: Processes,
) -> Fingerprint:
    """What a phase of training is made of; `base` is the checksum of what it is put on."""
    sha256 = base[:12] if base else None
    return Fingerprint.of(recordings, config, processes=processes.count, model_sha256=sha256)


def _memorisation(prior: Prior, sequences: CodeSequences) -> Memorisation | None:
    """How much the prior copies; None when Ctrl-C skips this: the prior is to be saved."""
    try:
        return measure_memorisation(prior, sequences)
    except KeyboardInterrupt:
        return None


def _first_prior(rehearsal: Rehearsal | None, size: PriorSize | None) -> Prior | None:
    """The prior that the training begins with; None: a new one."""
    return rehearsal.prior if rehearsal and size is None else None


def _prior_config(
    codec: VQVAEConfig,
    start: Prior | None,
    size: PriorSize | int,
    recordings: Recordings,
    hop_length: int,
    epochs: int | None,
) -> PriorTrainingConfig:
    """Settings for a prior on a codec's codes of the recordings, in the shape of `start` if there
    is one, with the user's `epochs` if they are given. `hop_length` is in samples."""
    shape = start.config if start else get_adaptive_prior_config(
        size, codec.codebook_size, codec.num_quantizers, codec.bands
    )  # fmt: skip
    frames = recordings.seconds * recordings.sample_rate / hop_length
    config = get_adaptive_prior_training(shape, round(frames))
    return config if epochs is None else replace(config, epochs=epochs)


def _prior_seconds(
    recordings: Recordings,
    config: CodecTrainingConfig,
    choices: Choices,
    rehearsal: Rehearsal | None,
    processes: Processes,
) -> float | None:
    """How long the prior that follows a codec will take at most; None if none follows, or if
    another process says it."""
    if choices.no_prior or not processes.is_first:
        return None
    prior = _prior_config(
        config.codec, _first_prior(rehearsal, choices.prior_size),
        choices.prior_size or len(all_files(recordings, rehearsal)), recordings,
        SpectrogramConfig().hop_length, choices.prior_epochs,
    )  # fmt: skip
    return expected_prior_seconds(prior, processes.device)
