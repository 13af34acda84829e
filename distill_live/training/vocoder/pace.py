"""An estimate of a vocoder's training time, before there is a codec to train it on."""

from __future__ import annotations

from dataclasses import replace

import torch

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.training.run.pace import MEASURED_STEPS, Expected, measure
from distill_live.training.vocoder.judging import JUDGED_FRAMES
from distill_live.training.vocoder.pairs import SoundPair, SoundPairs
from distill_live.training.vocoder.trainer import VocoderTrainingConfig, train_vocoder

_FRAMES = 256


def expected_vocoder(
    config: VocoderTrainingConfig, spectrogram: SpectrogramConfig, device: torch.device
) -> Expected:
    """What all epochs will take, estimated from a few steps on noise. Discriminators count from the
    beginning. The random numbers of the training itself are not affected."""
    mel = torch.zeros(spectrogram.n_mels, _FRAMES)
    noise = torch.linspace(-1.0, 1.0, _FRAMES * spectrogram.hop_length).sin()
    pairs = SoundPairs([SoundPair(mel, noise, _FRAMES)], [SoundPair(mel, noise, 0)])
    steps = max(config.steps_per_epoch, MEASURED_STEPS)
    short = replace(config, epochs=1, steps_per_epoch=steps, alone=0.0)
    sound = AudioSpectrogram(spectrogram).to(device)
    found = measure(lambda end: train_vocoder(pairs, sound, short, on_pace=end))
    judging = found.judging * JUDGED_FRAMES / _FRAMES
    return replace(found, judging=judging, steps=config.steps_per_epoch, epochs=config.epochs)
