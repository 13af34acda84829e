"""Random crops of mel spectrograms, at every alignment and at slightly different levels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from distill_live.audio.spectrogram import SpectrogramConfig

# Every stream begins with a recording's first columns, so those are seen more often than by chance.
_FROM_START = 0.15


class MelCrops:
    """Draws crops `[B, 1, M, frames]` from normalised mels `[M, T]` of different lengths.

    A crop may begin or end in the silence around its recording. Longer recordings are drawn from
    more often; `shares` say by how much more than their length they count. The same seed gives the
    same crops.
    """

    def __init__(
        self, mels: list[Tensor], frames: int, spectrogram: SpectrogramConfig,
        gain_db: float, seed: int | np.random.Generator, shares: Sequence[float] | None = None,
    ) -> None:  # fmt: skip
        self._silence = (math.log(spectrogram.floor) - spectrogram.mean) / spectrogram.deviation
        self._gain = gain_db * math.log(10) / 10 / spectrogram.deviation
        self._frames = frames
        self._before = frames // 2
        padding = (self._before, frames)
        self._mels = [functional.pad(mel, padding, value=self._silence) for mel in mels]
        self._lengths = np.array([mel.shape[-1] for mel in mels])
        weights = (self._lengths + self._before) * (1.0 if shares is None else np.array(shares))
        self._chances = weights / weights.sum()
        self._random = np.random.default_rng(seed)

    def draw(self, count: int) -> Tensor:
        """The next `count` crops."""
        chosen = self._random.choice(len(self._mels), size=count, p=self._chances)
        return torch.stack([self._crop(int(index)) for index in chosen])[:, None]

    def _crop(self, index: int) -> Tensor:
        start = int(self._random.integers(self._lengths[index]))
        if self._random.random() < _FROM_START:
            start = self._before
        crop = self._mels[index][:, start : start + self._frames]
        if self._random.random() < 0.5:
            crop = crop + self._random.uniform(-self._gain, self._gain)
        return crop.clamp(min=self._silence)
