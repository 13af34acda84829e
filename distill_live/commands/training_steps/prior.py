"""The second phase of `train`, and the only one of `train-prior`: a prior on a model's codec."""

from __future__ import annotations

from functools import cache, partial

from distill_live.commands.training_steps.choices import prior_config
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.run import RunStopped, TrainingRun
from distill_live.commands.training_steps.saving import save_prior
from distill_live.commands.training_steps.time_limit import in_time, prior_in_time
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.base import Prior
from distill_live.training.data.sequences import CodeSequences, extract_code_sequences
from distill_live.training.prior.memorisation import Memorisation, measure_memorisation
from distill_live.training.prior.trainer import (
    PriorTrainingConfig,
    TrainedPrior,
    train_prior_on_codes,
)


def add_prior(run: TrainingRun, material: Material) -> None:
    """Train a prior on the codec in the run's file, and save both there. If an earlier run has
    already done so, nothing is trained.

    Ctrl-C keeps the best prior so far; before there is one, the file stays unchanged. Raises
    ModelFileError, TrainingError and RunStopped.
    """
    loaded = run.model()
    codec, hop_length = loaded.require_trainable(), loaded.spectrogram.config.hop_length
    config = prior_config(run.choices, material, codec.config, hop_length)
    sequences = cache(partial(_sequences, loaded, material, config))

    def fitted() -> PriorTrainingConfig:
        # Making codes takes a part of the time.
        run.progress.begin("codes")
        return prior_in_time(run, config, loaded, sequences())

    try:
        chosen = in_time(run, "prior", config, fitted)
        run.begin_phase("prior", material.recordings, chosen, loaded.metadata["codec_sha256"])
        if run.checkpoints.passed("prior"):
            return
        run.progress.begin_prior(chosen)
        trained = _train(run, material, chosen, sequences())
    except KeyboardInterrupt:
        raise RunStopped from None
    run.progress.end_prior(trained.perplexity, has_peaked=trained.has_peaked)
    if run.processes.is_first:
        memorisation = _memorisation(trained.prior, sequences())
        if memorisation:
            run.progress.memorised(memorisation)
        save_prior(run, material, chosen, trained, memorisation)
    run.end_phase(trained.ending, trained.warning)


def _sequences(
    loaded: LoadedVQModel, material: Material, config: PriorTrainingConfig
) -> CodeSequences:
    """All recordings as codes, which the prior learns."""
    rehearsed = material.rehearsal.mels if material.rehearsal else ()
    return extract_code_sequences(
        loaded.require_trainable(), loaded.spectrogram, material.recordings, config.holdout,
        config.gains_db, rehearsed, config.speeds,
    )  # fmt: skip


def _train(
    run: TrainingRun, material: Material, config: PriorTrainingConfig, sequences: CodeSequences
) -> TrainedPrior:
    return train_prior_on_codes(
        sequences, config, on_epoch=run.progress.prior_epoch, checkpoints=run.checkpoints,
        processes=run.processes, start=material.first_prior(run.choices.prior_size),
        on_pace=lambda found: run.progress.prior_pace(found.seconds),
    )  # fmt: skip


def _memorisation(prior: Prior, sequences: CodeSequences) -> Memorisation | None:
    """How much the prior copies. Ctrl-C skips this and gives None, so that the prior is saved."""
    try:
        return measure_memorisation(prior, sequences)
    except KeyboardInterrupt:
        return None
