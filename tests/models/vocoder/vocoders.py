"""What tests of vocoders share."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import VocoderStream

SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(mean=-6.0, deviation=3.0))
HOP, RATE = 512, 48_000


def untrained(**settings: int) -> NeuralVocoder:
    torch.manual_seed(0)
    config = NeuralVocoderConfig(**{"width": 16, "blocks": 2} | settings)
    vocoder = NeuralVocoder.untrained(config, SPECTROGRAM)
    vocoder.network.requires_grad_(False)
    # Far from the little that training starts from, so that all frames differ.
    torch.nn.init.normal_(vocoder.network.head.weight, std=0.2)
    return vocoder


def gliding_tone() -> Tensor:
    """45 frames of a gliding tone in noise."""
    time = torch.arange(45 * HOP) / RATE
    sound = 0.3 * torch.sin(2 * math.pi * (200 + 900 * time) * time)
    sound += 0.05 * torch.randn(len(time), generator=torch.Generator().manual_seed(5))
    return SPECTROGRAM.waveform_to_mel(sound[None, None])[0, 0]


def pushed_in_pieces(stream: VocoderStream, mel: Tensor, frames: int) -> list[Tensor]:
    return [stream.push(piece) for piece in mel.split(frames, dim=1)]
