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
    seconds = pace.expected_codec_seconds(load_recordings(sounds), config, Processes())
    assert seconds > 0
    if epochs > 1:
        assert seconds > 1000
