"""A second of tones, the last part of it held out, for tests of vocoders."""

import math

import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.training.vocoder.pairs import SoundPair, SoundPairs

SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(mean=-9.0, deviation=4.0))
HOP, FRAMES, FIRST = 512, 96, 80


def tones() -> Tensor:
    time = torch.arange(FRAMES * HOP) / 48_000
    partials = [torch.sin(2 * math.pi * 330 * n * time) / n for n in range(1, 8)]
    return 0.2 * torch.stack(partials).sum(0) * (1.2 + torch.sin(2 * math.pi * 4 * time))


def tone_pairs() -> SoundPairs:
    """Real mels in the place of decoded ones."""
    sound = tones()
    mel = SPECTROGRAM.waveform_to_mel(sound[None, None])[0, 0]
    training = SoundPair(mel[:, :FIRST], sound[: FIRST * HOP], FIRST)
    return SoundPairs([training], [SoundPair(mel, sound, FIRST)])
