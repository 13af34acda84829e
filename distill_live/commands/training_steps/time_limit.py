"""Fitting a training into a time: `--time 20m` chooses the numbers of epochs.

The numbers of a phase are chosen once, when it begins, and are part of its settings: learning rates
fall to the end of it, and a resumed run keeps them. The prior and the vocoder get what is really
left of the time when their turn comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from distill_live.commands.training_steps.estimate import (
    expect_all,
    seconds_to_finish,
    untrained_prior,
    vocoder_expected,
)
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.progress import in_words
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.data.sequences import CodeSequences
from distill_live.training.prior.judging import judged_windows
from distill_live.training.prior.pace import expected_prior
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.run.checkpoint import Phase
from distill_live.training.run.pace import Expected, fit, least_seconds
from distill_live.training.vocoder.trainer import VocoderTrainingConfig

_Config = TypeVar("_Config", CodecTrainingConfig, PriorTrainingConfig, VocoderTrainingConfig)


def as_chosen(run: TrainingRun, phase: Phase, config: _Config) -> _Config | None:
    """The settings with the numbers that the resumed run has chosen for a phase; None if it had not
    got there, or if no time is given."""
    chosen = run.checkpoints.settings(phase)
    if run.choices.time is None or chosen is None:
        return None
    return replace(config, epochs=chosen["epochs"], steps_per_epoch=chosen["steps_per_epoch"])


def in_time(
    run: TrainingRun, phase: Phase, config: _Config, choose: Callable[[], _Config]
) -> _Config:
    """The settings as they are if no time is given; else with the numbers that the resumed run has
    chosen for a phase, or those of `choose`."""
    if run.choices.time is None:
        return config
    return as_chosen(run, phase, config) or choose()


def codec_in_time(
    run: TrainingRun, material: Material, config: CodecTrainingConfig
) -> CodecTrainingConfig:
    """The codec's settings with numbers that leave the prior and the vocoder their share of the
    time."""
    run.say("measuring how long training takes on this machine")
    run.progress.begin("timing")
    return _alike(run, config, expect_all(run.choices, material, config, run.processes))


def prior_in_time(
    run: TrainingRun, config: PriorTrainingConfig, loaded: LoadedVQModel, sequences: CodeSequences
) -> PriorTrainingConfig:
    """The prior's settings with numbers for its share of the time that is left; `loaded` is the
    model to train it for."""
    judged = judged_windows(sequences.validation, config.prior.context_columns)
    found = expected_prior(config, run.processes.device, len(judged))
    playing = replace(loaded, prior=untrained_prior(config.prior, loaded.device))
    phases = [replace(found, overhead=seconds_to_finish(run.choices, playing))]
    if run.choices.vocoder != "phase":
        frames = loaded.model.config.column_frames
        phases.append(vocoder_expected(run.choices, frames, run.processes))
    return _alike(run, config, phases)


def vocoder_in_time(
    run: TrainingRun, config: VocoderTrainingConfig, loaded: LoadedVQModel
) -> VocoderTrainingConfig:
    """The vocoder's settings with numbers for the time that is left; `loaded` is the model to train
    it for. A single process asks."""
    found = vocoder_expected(run.choices, config.vocoder.block_frames, run.processes)
    finishing = seconds_to_finish(run.choices, loaded, reports=False) if loaded.prior else 0.0
    return _fitted(run, config, [replace(found, overhead=finishing)])


def _alike(run: TrainingRun, config: _Config, phases: list[Expected]) -> _Config:
    """As `_fitted`, in all processes: each measures its own pace, but all of them must train
    alike."""
    return run.processes.from_first(_fitted(run, config, phases))


def _fitted(run: TrainingRun, config: _Config, phases: list[Expected]) -> _Config:
    """The settings of the first of some phases, fitted into the time that is left for all of them.
    Says so if it is too short."""
    left, least = run.seconds_left, least_seconds(phases)
    if least > left:
        run.say(
            f"warning: --time {run.choices.time} is too short: from here, it takes "
            f"{in_words(least)} to train everything for one epoch and measure it, which is done "
            "all the same"
        )
    first = fit(phases, left)[0]
    return replace(config, epochs=first.epochs, steps_per_epoch=first.steps)
