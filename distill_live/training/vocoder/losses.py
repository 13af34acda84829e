"""The distance of a vocoder's sound from the real one."""

from __future__ import annotations

import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig

# Window size to number of mels: as many as its bins can tell apart in the bass.
_SCALES = {512: 32, 1024: 64, 2048: 128}


class SoundLoss:
    """A distance of sounds `[B, N]` that does not depend on their phases.

    It adds up, for three window sizes, the mean absolute difference of log mels in nepers of power
    and the spectral convergence (Yamamoto, Song and Kim, "Parallel WaveGAN", 2020).
    """

    def __init__(self, sample_rate: int, device: torch.device) -> None:
        self._scales = [
            AudioSpectrogram(
                SpectrogramConfig(
                    sample_rate, size, size // 4, mels, f_max=sample_rate / 2, floor=1e-7
                )
            ).to(device)
            for size, mels in _SCALES.items()
        ]

    def __call__(self, made: Tensor, real: Tensor) -> Tensor:
        """The distance, 0 if both have the same magnitudes."""
        losses = [self._at(scale, made, real) for scale in self._scales]
        return torch.stack(losses).sum()

    def _at(self, scale: AudioSpectrogram, made: Tensor, real: Tensor) -> Tensor:
        mine, theirs = (_magnitudes(scale, sound) for sound in (made, real))
        difference = _log_mels(scale, mine) - _log_mels(scale, theirs)
        convergence = (mine - theirs).norm() / theirs.norm().clamp(min=1e-3)
        loss: Tensor = difference.abs().mean() + convergence
        return loss


def _magnitudes(scale: AudioSpectrogram, sound: Tensor) -> Tensor:
    """`[B, N]` to `[B, bins, frames]`, so that noise is as loud at every window size."""
    size = scale.config.n_fft
    spectra = torch.stft(
        sound, size, scale.config.hop_length, window=scale.window, pad_mode="constant",
        return_complex=True,
    )  # fmt: skip
    magnitudes: Tensor = spectra.abs() / size**0.5
    return magnitudes


def _log_mels(scale: AudioSpectrogram, magnitudes: Tensor) -> Tensor:
    return torch.log(scale.mel_bank @ magnitudes.square() + scale.config.floor)
