from dataclasses import replace
from pathlib import Path

import pytest

from distill_live.audio.dataset import load_recordings
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.codec import pace
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.run.processes import Processes

SMALL = VQVAEConfig(code_width=8, width=16, encoder_blocks=1, decoder_blocks=1)


@pytest.mark.parametrize("epochs", [1, 1_000_000])
def test_the_time_is_known_after_a_few_steps(sounds: Path, epochs: int) -> None:
    config = CodecTrainingConfig(
        SMALL, epochs=epochs, steps_per_epoch=2, batch_crops=2, crop_columns=4
    )
    found = pace.expected_codec(load_recordings(sounds), config, Processes())
    assert (found.epochs, found.steps) == (epochs, 2)
    assert found.step > 0 and found.judging > 0


def test_some_of_many_recordings_are_enough(sounds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings = load_recordings(sounds)
    monkeypatch.setattr(pace, "_ENOUGH_SECONDS", 0.5)
    (some,) = pace._some(recordings).recordings
    assert (some.name, len(some.samples)) == (recordings.recordings[0].name, 24_000)
    many = replace(recordings, recordings=recordings.recordings * 3)
    assert len(pace._some(many).recordings) == 1
