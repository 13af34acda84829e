"""Mel frames back to magnitudes of the short-time spectrum."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram

#: Log power that no mel may exceed: 30 dB above that of white noise of variance 1. It keeps
#: exp() finite whatever a network says.
LOUDEST = 7.0
#: How far one correction may turn the power of a mel up or down.
_CORRECTION_LIMIT = 10.0
_LOBE_BINS = 4


class MelInversion:
    """Solves `mel_bank @ power = mel` for power that is nowhere negative.

    Frames come first here, `[T, M]` and `[T, bins]`, as the transforms want them. Powers are those
    of an unscaled `torch.stft`. Everything is computed on the CPU.
    """

    def __init__(self, spectrogram: AudioSpectrogram) -> None:
        config = spectrogram.config
        bank = spectrogram.mel_bank.detach().to("cpu", torch.float32)
        self._spectrogram = spectrogram
        self._floor, self._scale = config.floor, float(config.n_fft)
        # A filter may be so narrow that it falls between bins.
        self._filter_sums = bank.sum(dim=1).clamp(min=1e-8)
        self._filter_widths = self._filter_sums / bank.amax(dim=1).clamp(min=1e-8)
        # A bin is seen by at most two triangles, next to each other. Going by them is quicker than
        # matrix products, and gives the same bits on any number of threads.
        bins = torch.arange(config.bins)
        self._lower = (bank > 0).int().argmax(dim=0)
        self._upper = (self._lower + 1).clamp(max=len(bank) - 1)
        self._lower_weight = bank[self._lower, bins]
        self._upper_weight = bank[self._upper, bins] * (self._upper > self._lower)
        # A bin takes the weighted mean of what the mels that see it say; one that none sees is 0.
        seen_by = bank.sum(dim=0).clamp(min=1e-8)
        self._lower_share = self._lower_weight / seen_by
        self._upper_share = self._upper_weight / seen_by

    @property
    def quietest(self) -> float:
        """The magnitude of a bin whose power is the spectrogram's floor."""
        return math.sqrt(self._floor * self._scale)

    @property
    def resolved_bins(self) -> int:
        """The first bin whose mels are wider than the lobe of a Hann window, four bins."""
        wide = self._spread((self._filter_widths >= _LOBE_BINS).float()[None])[0] > 0
        return int(wide.int().argmax()) if wide.any() else len(wide)

    def mel_power(self, mel: Tensor) -> Tensor:
        """Normalised log mels `[M, T]` to mel powers `[T, M]`; what is not a number is silence."""
        log_power = self._spectrogram.denormalise(mel.detach().to("cpu", torch.float32))
        log_power = log_power.nan_to_num(nan=-torch.inf, posinf=torch.inf, neginf=-torch.inf)
        power = log_power.clamp(max=LOUDEST).exp() - self._floor
        return (power.clamp(min=0.0) * self._scale).T.contiguous()

    def magnitude(self, mel_power: Tensor, steps: int) -> Tensor:
        """Magnitudes `[T, bins]` with the mel powers `[T, M]`.

        Starts from the smooth solution and goes `steps` multiplicative steps of expectation
        maximisation (Lucy and Richardson), which keep it positive. A least-squares solution
        clamped at zero has holes, which cost phases more than they gain.
        """
        power = self._spread(mel_power / self._filter_sums)
        for _ in range(steps):
            power = power * self._spread(self._ratio(mel_power, power))
        return power.sqrt()

    def correct(self, mel_power: Tensor, power: Tensor, exponent: float) -> Tensor:
        """Magnitudes `[T, bins]` near those of `power` `[T, bins]`, closer to the mels.

        Within a mel the bins keep their proportions: the mel does not know them, the signal that
        `power` was measured on does. An `exponent` above 1 overshoots, which converges sooner.
        """
        limit = _CORRECTION_LIMIT
        gain = self._spread(self._ratio(mel_power, power).clamp(1 / limit, limit))
        return (power * gain.pow(exponent)).sqrt()

    def _ratio(self, mel_power: Tensor, power: Tensor) -> Tensor:
        """`mel_power` over the mel powers of `power` `[T, bins]`."""
        mels = torch.zeros_like(mel_power)
        mels.index_add_(1, self._lower, power * self._lower_weight)
        mels.index_add_(1, self._upper, power * self._upper_weight)
        return mel_power / mels.clamp(min=1e-12)

    def _spread(self, mels: Tensor) -> Tensor:
        """Values per mel `[T, M]` to their weighted means per bin `[T, bins]`."""
        lower = mels.index_select(1, self._lower) * self._lower_share
        upper = mels.index_select(1, self._upper)
        return torch.addcmul(lower, upper, self._upper_share)
