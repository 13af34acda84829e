"""The phases of `train`, in order."""

from __future__ import annotations

from distill_live.audio.dataset import Recordings
from distill_live.commands.training_steps.choices import new_codec_config, started
from distill_live.commands.training_steps.codec import make_codec
from distill_live.commands.training_steps.grains import add_grains
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.prior import add_prior
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.commands.training_steps.vocoder import add_vocoder
from distill_live.training.codec.config import CodecTrainingConfig


def train_new(run: TrainingRun) -> Recordings | None:
    """Make a model from the run's folder; returns the recordings that its page may show.

    Raises DatasetError, ModelFileError, TrainingError and RunStopped.
    """
    recordings = run.read_recordings(stereo=not run.choices.mono)
    start, config = started(run.choices, new_codec_config(recordings, run.choices), run.say)
    train_codec_and_prior(run, Material(recordings, start=start), config)
    if run.choices.vocoder != "phase" and run.processes.is_first:
        add_vocoder(run, recordings)
    return recordings if run.choices.keep_codes else None


def train_codec_and_prior(
    run: TrainingRun, material: Material, config: CodecTrainingConfig
) -> None:
    """Train a codec, then a prior unless the user wants none, and save each in the run's file.

    Phases that an earlier run has completed are skipped. Raises ModelFileError, TrainingError and
    RunStopped.
    """
    make_codec(run, material, config)
    if material.rehearsal is None:
        add_grains(run, material.recordings.recordings)
    if not run.choices.no_prior:
        add_prior(run, material)
