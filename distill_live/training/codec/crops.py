"""Random crops of mel spectrograms, at every alignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.spectrogram import SpectrogramConfig, silent_frames
from distill_live.training.data.augmentation import Augmentation, AugmentationConfig

# Every stream begins with a recording's first columns, so they are drawn more often than by chance.
_FROM_START = 0.15


class MelCrops:
    """Draws crops `[B, 1, M, frames]` from normalised mels `[M, T]` of different lengths, with
    their stereo image if they have one.

    A crop may begin or end in the silence around its recording. Longer recordings are drawn from
    more often; `shares` are additional weights. The same seed gives the same crops.
    """

    def __init__(
        self, mels: list[Tensor], frames: int, spectrogram: SpectrogramConfig,
        augmentation: AugmentationConfig, seed: int | np.random.Generator,
        shares: Sequence[float] | None = None,
    ) -> None:  # fmt: skip
        self._frames = frames
        self._before = frames // 2
        self._silence = silent_frames(spectrogram, frames)
        self._mels = mels
        self._lengths = np.array([mel.shape[-1] for mel in mels])
        weights = (self._lengths + self._before) * (1.0 if shares is None else np.array(shares))
        self._chances = weights / weights.sum()
        self._random = np.random.default_rng(seed)
        self._augmentation = Augmentation(augmentation, spectrogram, self._random)
        #: The numbers of the mels that the last crops came from.
        self.drawn: NDArray[np.intp] = np.zeros(0, np.intp)

    def draw(self, count: int) -> Tensor:
        """The next `count` crops."""
        self.drawn = chosen = self._random.choice(len(self._mels), size=count, p=self._chances)
        crops = torch.stack([self._crop(int(index)) for index in chosen])[:, None]
        return self._augmentation.apply(crops)

    def _crop(self, index: int) -> Tensor:
        first = int(self._random.integers(self._lengths[index])) - self._before
        if self._random.random() < _FROM_START:
            first = 0
        inside = self._mels[index][:, max(first, 0) : first + self._frames]
        before, missing = max(-first, 0), self._frames - inside.shape[-1]
        silence = self._silence
        return torch.cat([silence[:, :before], inside, silence[:, : missing - before]], dim=1)
