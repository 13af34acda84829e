import torch

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.training.vocoder.pace import expected_vocoder
from distill_live.training.vocoder.trainer import VocoderTrainingConfig


def test_a_vocoder_is_timed_before_there_is_sound_to_train_on() -> None:
    config = VocoderTrainingConfig(
        NeuralVocoderConfig(8, width=8, blocks=1), epochs=7, steps_per_epoch=2, batch_crops=2,
        crop_frames=8,
    )  # fmt: skip
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    found = expected_vocoder(config, SpectrogramConfig(), torch.device("cpu"))
    assert (found.epochs, found.steps) == (7, 2)
    assert found.step > 0 and found.judging > 0
    assert torch.equal(torch.rand(1), expected)
