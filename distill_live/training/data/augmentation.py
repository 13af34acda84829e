"""More variety from few recordings: other speeds, loudness and timbres, two sounds at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from distill_live.audio.dataset import HOLDOUT, Recording, Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.audio.speed import at_speed
from distill_live.audio.stereo.image import DB_PER_STEP, MOST_DIFFERENCE_DB

# Half a semitone down and up. Ten minutes of mel frames at 48 kHz.
_SPEEDS = (0.97, 1.03)
_SMALL_FRAMES = 56_250


@dataclass(frozen=True)
class AugmentationConfig:
    """How crops differ from the recordings that they are cut from.

    Half of all crops are made louder or softer by up to `gain_db`. The fraction `filtered` passes a
    random smooth filter of up to `filter_db`; to the fraction `mixed` another crop is added. Of
    stereo, the fraction `turned` is moved to one side by up to `turn_db`. Each
    recording is also used at each of `speeds`, as a tape would play it: pitch and tempo change
    together. Such a copy counts for `speed_share` of its length.
    """

    gain_db: float = 3.0
    filtered: float = 0.0
    filter_db: float = 4.0
    mixed: float = 0.0
    turned: float = 0.0
    turn_db: float = 12.0
    speeds: tuple[float, ...] = ()
    speed_share: float = 0.5


def get_adaptive_augmentation(frames: int) -> AugmentationConfig:
    """Settings for recordings with a total of so many mel frames.

    Filters and mixes enrich every set. Other speeds take memory and blur what is there already, so
    they are only for sets of up to ten minutes.
    """
    return AugmentationConfig(
        filtered=0.3, mixed=0.2, turned=0.3, speeds=_SPEEDS if frames <= _SMALL_FRAMES else ()
    )


class Augmentation:
    """Changes normalised crops `[B, 1, M, frames]`, with a stereo image below the mels if they have
    one; the same random numbers, the same changes."""

    def __init__(
        self, config: AugmentationConfig, spectrogram: SpectrogramConfig,
        random: np.random.Generator,
    ) -> None:  # fmt: skip
        self._config, self._spectrogram, self._random = config, spectrogram, random

    def apply(self, crops: Tensor) -> Tensor:
        """The changed crops, of the same shape and never below silence."""
        config, count, mels = self._config, len(crops), self._spectrogram.n_mels
        crops, image = crops[:, :, :mels], crops[:, :, mels:]
        if config.mixed:
            chosen = self._chosen(config.mixed, count)
            crops = torch.where(chosen, self._mixed(crops), crops)
        if config.filtered:
            chosen = self._chosen(config.filtered, count)
            crops = crops + self._filters(count) * chosen
        gains = self._random.uniform(-config.gain_db, config.gain_db, (count, 1, 1, 1))
        crops = crops + _tensor(gains * self._spectrogram.per_db) * self._chosen(0.5, count)
        crops = crops.clamp(min=self._spectrogram.silence)
        if not image.shape[2]:
            return crops
        return torch.cat([crops, self._turned(image) if config.turned else image], dim=2)

    def _chosen(self, part: float, count: int) -> Tensor:
        return torch.from_numpy(self._random.random((count, 1, 1, 1)) < part)

    def _mixed(self, crops: Tensor) -> Tensor:
        """Each crop mixed with the next one, which is softer by up to 12 dB."""
        gains = self._random.uniform(-12.0, 0.0, (len(crops), 1, 1, 1))
        gain = _tensor(gains * self._spectrogram.per_db)
        deviation, mean = self._spectrogram.deviation, self._spectrogram.mean
        one, other = (part * deviation + mean for part in (crops, crops.roll(1, dims=0) + gain))
        return (torch.logaddexp(one, other) - mean) / deviation

    def _turned(self, image: Tensor) -> Tensor:
        """Stereo images, some of them moved to one side."""
        count, groups = len(image), self._spectrogram.image_groups
        turns = self._random.uniform(-self._config.turn_db, self._config.turn_db, (count, 1, 1, 1))
        moved = image + _tensor(turns / DB_PER_STEP) * self._chosen(self._config.turned, count)
        most = MOST_DIFFERENCE_DB / DB_PER_STEP
        return torch.cat([moved[:, :, :groups].clamp(-most, most), image[:, :, groups:]], dim=2)

    def _filters(self, count: int) -> Tensor:
        """Gains of the mel bins `[B, 1, M, 1]`: a few slow waves."""
        mels = self._spectrogram.n_mels
        places = np.linspace(0.0, np.pi, mels)[None, :, None]
        waves = np.arange(1, 4)[None, None]
        phases = self._random.uniform(0, 2 * np.pi, (count, 1, 3))
        heights = self._random.uniform(-1, 1, (count, 1, 3)) * self._config.filter_db / waves
        curve = (heights * np.cos(waves * places + phases)).sum(axis=-1)
        return _tensor(curve[:, None, :, None] * self._spectrogram.per_db)


def at_speeds(
    recordings: Recordings, speeds: tuple[float, ...], holdout: float = HOLDOUT
) -> Iterator[Recording]:
    """The training part of each recording at each speed.

    Raises DependencyError where torchaudio cannot be loaded.
    """
    for recording in recordings.recordings:
        end = math.floor(len(recording.samples) * (1 - holdout))
        for speed in speeds:
            side = recording.side
            yield Recording(
                recording.name,
                at_speed(recording.samples[:end], speed),
                None if side is None else at_speed(side[:end], speed),
            )


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
