"""Sound to normalised log-mel frames and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.audio.mel_filters import Scale, mel_triangles

# An hour's complex spectrum is gigabytes, its mels are not.
_FRAMES_AT_ONCE = 2048


@dataclass(frozen=True)
class SpectrogramConfig:
    """How sound becomes mel frames; stored in the model file.

    `floor` is the power added before the logarithm (1e-8 is -80 dB below a full-scale noise-like
    signal); `mean` and `deviation` are those of the training set's log power, so that a normalised
    mel has about mean 0 and deviation 1.
    """

    sample_rate: int = 48_000
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128
    f_min: float = 0.0
    f_max: float = 24_000.0
    floor: float = 1e-8
    mean: float = 0.0
    deviation: float = 1.0

    @property
    def bins(self) -> int:
        """Number of linear frequency bins."""
        return self.n_fft // 2 + 1

    @property
    def silence(self) -> float:
        """What a normalised mel is where there is no sound: nothing is below it."""
        return (math.log(self.floor) - self.mean) / self.deviation

    @property
    def per_db(self) -> float:
        """By how much a normalised mel is higher for each dB of power."""
        return math.log(10) / 10 / self.deviation


class AudioSpectrogram:
    """Waveforms `[B, 1, N]` to normalised log-mel power `[B, 1, M, T]` and back.

    Frame t is centred at sample `t * hop_length`; beyond both ends there is silence. Power is
    divided by n_fft and each mel filter sums to 1, so a mel is the mean power around its centre.
    """

    kind = "log"

    def __init__(self, config: SpectrogramConfig | None = None) -> None:
        self.config = config or SpectrogramConfig()
        self.device = torch.device("cpu")
        self.window = torch.hann_window(self.config.n_fft)
        self.mel_bank = _mel_bank(self.config)

    def to(self, device: torch.device | str) -> Self:
        """Move the constants to `device`."""
        self.device = torch.device(device)
        self.window = self.window.to(self.device)
        self.mel_bank = self.mel_bank.to(self.device)
        return self

    def waveform_to_mel(self, waveform: Tensor, column_frames: int = 1) -> Tensor:
        """`[B, 1, N]` to normalised `[B, 1, M, T]`, T = ceil(N / hop) rounded up to whole columns
        of `column_frames` frames (silence is appended)."""
        if waveform.shape[-1] == 0:
            return torch.zeros(len(waveform), 1, self.config.n_mels, 0, device=self.device)
        hop, n_fft = self.config.hop_length, self.config.n_fft
        waveform = waveform.squeeze(1).to(self.device)
        frames = -(-waveform.shape[-1] // (hop * column_frames)) * column_frames
        needed = (frames - 1) * hop + n_fft // 2
        padded = functional.pad(waveform, (n_fft // 2, max(needed - waveform.shape[-1], 0)))
        parts = [
            self._log_power(padded[:, first * hop : (first + _FRAMES_AT_ONCE - 1) * hop + n_fft])
            for first in range(0, frames, _FRAMES_AT_ONCE)
        ]
        return self.normalise(torch.cat(parts, dim=-1)[..., :frames]).unsqueeze(1)

    def _log_power(self, padded: Tensor) -> Tensor:
        n_fft, hop = self.config.n_fft, self.config.hop_length
        spectrum = torch.stft(
            padded, n_fft, hop, window=self.window, center=False, return_complex=True
        )
        power = torch.matmul(self.mel_bank, spectrum.abs().square() / n_fft)
        return torch.log(power + self.config.floor)

    def normalise(self, log_power: Tensor) -> Tensor:
        """Log power to about mean 0, deviation 1."""
        return (log_power - self.config.mean) / self.config.deviation

    def denormalise(self, mel: Tensor) -> Tensor:
        """The inverse of `normalise`."""
        return mel * self.config.deviation + self.config.mean


def _mel_bank(config: SpectrogramConfig) -> Tensor:
    """Triangular filters `[M, bins]`, each with sum 1.

    Slaney's scale is linear below 1 kHz, so that at n_fft 2048 no low filter falls between bins.
    From 0 Hz on, neighbouring bins of the bass weigh differently in each, which keeps its pitch.
    """
    bank = triangles(config, "slaney")
    # One that falls between bins hears nothing.
    return (bank / bank.sum(dim=1, keepdim=True).clamp(min=1e-8)).contiguous()


def triangles(config: SpectrogramConfig, scale: Scale) -> Tensor:
    """The filters `[M, bins]` that a spectrogram's settings ask for, each 1 at its centre."""
    return mel_triangles(
        bins=config.bins, f_min=config.f_min, f_max=config.f_max, n_mels=config.n_mels,
        sample_rate=config.sample_rate, scale=scale,
    )  # fmt: skip
