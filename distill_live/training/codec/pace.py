"""How long a codec's training will take, measured before it begins."""

from __future__ import annotations

import time

from distill_live.audio.dataset import Recordings
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.trainer import train_codec
from distill_live.training.run.processes import Processes


class _Known(Exception):
    """Ends a training as soon as its pace is known."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def expected_codec_seconds(
    recordings: Recordings, config: CodecTrainingConfig, processes: Processes
) -> float:
    """The seconds that all epochs will take, from the first steps of the training itself, which
    then ends and leaves nothing. Raises TrainingError as the training does."""

    def end(seconds: float) -> None:
        raise _Known(seconds)

    began = time.monotonic()
    try:
        train_codec(recordings, config, processes=processes, on_pace=end)
    except _Known as known:
        return known.seconds
    # It was so short that there was no estimate.
    return time.monotonic() - began
