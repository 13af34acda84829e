"""The mels that Distill v1.1 was trained on: log(1 + power), which hides quiet detail."""

from __future__ import annotations

import math
from dataclasses import replace

from torch import Tensor
from torch.nn import functional

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig, triangles


class Log1pSpectrogram(AudioSpectrogram):
    """Waveforms `[B, 1, N]` to mels `[B, 1, M, T]`, T = N // hop + 1; both ends are mirrored.

    Filters are triangles of height 1 on the HTK scale. log(1 + power) is the logarithm of the power
    per n_fft with 1 / n_fft as its floor, less log(1 / n_fft) as its mean: so `config` says it, and
    the phase vocoder needs to know nothing else.
    """

    kind = "log1p"

    def __init__(self, config: SpectrogramConfig | None = None) -> None:
        super().__init__(log1p_config(config or SpectrogramConfig()))
        self.mel_bank = triangles(self.config, "htk")

    def waveform_to_mel(self, waveform: Tensor, column_frames: int = 1) -> Tensor:
        """`[B, 1, N]` to `[B, 1, M, T]`; T is not rounded up, whatever a column has."""
        reach = self.config.n_fft // 2
        waveform = waveform.to(self.device)
        # What is mirrored must be there.
        waveform = functional.pad(waveform, (0, max(reach + 1 - waveform.shape[-1], 0)))
        padded = functional.pad(waveform, (reach, reach), mode="reflect")
        return self._frames(padded).unsqueeze(1)


def log1p_config(config: SpectrogramConfig) -> SpectrogramConfig:
    """The settings with floor, mean and deviation as log(1 + power) has them."""
    n_fft = config.n_fft
    return replace(config, floor=1 / n_fft, mean=-math.log(n_fft), deviation=1.0)
