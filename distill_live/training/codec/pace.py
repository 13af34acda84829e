"""What a codec's training will take, measured before it begins."""

from __future__ import annotations

from dataclasses import replace

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.mels import JUDGED_COLUMNS
from distill_live.training.codec.trainer import train_codec
from distill_live.training.run.pace import MEASURED_STEPS, Expected, measure
from distill_live.training.run.processes import Processes

# A step takes as long however many recordings there are; this much of them is enough to measure it.
_ENOUGH_SECONDS = 60.0


def expected_codec(
    recordings: Recordings, config: CodecTrainingConfig, processes: Processes
) -> Expected:
    """What all epochs will take, from the first steps of a training on some of the recordings,
    which leaves nothing. Raises TrainingError as the training does."""
    some = _some(recordings)
    steps = max(config.steps_per_epoch, MEASURED_STEPS * processes.count)
    short = replace(config, epochs=1, steps_per_epoch=steps)
    found = measure(lambda end: train_codec(some, short, processes=processes, on_pace=end))
    judged = found.judging * _judged_seconds(recordings, config) / _judged_seconds(some, config)
    # Several processes take fewer steps.
    steps = config.steps_per_epoch
    step = found.step * processes.steps(steps, config.batch_crops) / steps
    return Expected(step, judged, steps, config.epochs)


def _some(recordings: Recordings) -> Recordings:
    """The first recordings, as many as are enough, and of a long one the beginning."""
    found, seconds = [], 0.0
    most = round(_ENOUGH_SECONDS * recordings.sample_rate)
    for one in recordings.recordings:
        if seconds >= _ENOUGH_SECONDS:
            break
        found.append(one if len(one.samples) <= most else one.part(0, most))
        seconds += len(one.samples) / recordings.sample_rate
    return replace(recordings, recordings=found)


def _judged_seconds(recordings: Recordings, config: CodecTrainingConfig) -> float:
    """About how much of the recordings an epoch is judged by."""
    column = config.codec.column_frames * SpectrogramConfig().hop_length
    return min(recordings.seconds, JUDGED_COLUMNS * column / recordings.sample_rate)
