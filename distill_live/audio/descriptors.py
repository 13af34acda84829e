"""What a listener would say of a column of sound: how loud, bright, noisy and busy it is."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.audio.spectrogram import SpectrogramConfig

#: What is told of a column, in this order, and in which unit.
DESCRIPTORS = {
    "loudness": "dB, power of the mels",
    "brightness": "mel bins, spectral centroid",
    "noisiness": "dB, spectral flatness of the mels",
    "density": "onsets per second",
}

# Over how much time each is told: more than a column, so that it is not the rhythm itself, but so
# little that the column's codes tell it; a density of less than a second is none.
_SECONDS = {"loudness": 0.25, "brightness": 0.25, "noisiness": 0.25, "density": 1.5}

# What is so far below the loudest column is silence: it has neither brightness nor noisiness.
_SILENT_DB = 50.0

# An onset: the mels rise by so many dB on average from one frame to the next, as by no other frame
# so near. What is 60 dB below a recording's loudest mel cannot rise.
_ONSET_DB, _ONSET_FRAMES, _RANGE_DB = 1.5, 3, 60.0


def describe_columns(mel: Tensor, config: SpectrogramConfig, column_frames: int) -> Tensor:
    """Normalised mels `[M, T]` to what is told of each whole column `[columns, 4]`, as DESCRIPTORS
    names it; each value is of the time around the column's middle, NaN where there is none."""
    columns = mel.shape[-1] // column_frames
    if not columns:
        return mel.new_zeros(0, len(DESCRIPTORS))
    in_db = 10 / math.log(10)
    logs = (mel * config.deviation + config.mean) * in_db  # [M, T] dB
    powers = 10 ** (logs / 10)
    power = powers.sum(dim=0)
    centroid = (powers * torch.arange(len(mel), device=mel.device)[:, None]).sum(dim=0)
    flatness = logs.mean(dim=0) - in_db * (power / len(mel)).log()
    seconds_per_frame = config.hop_length / config.sample_rate

    def around(values: Tensor, name: str) -> Tensor:
        return _smooth(values, _SECONDS[name] / seconds_per_frame)

    loudness = around(power, "loudness").log() * in_db
    silent = loudness < loudness.max() - _SILENT_DB
    brightness = around(centroid, "brightness") / around(power, "brightness")
    told = [
        loudness,
        brightness.masked_fill(silent, torch.nan),
        around(flatness, "noisiness").masked_fill(silent, torch.nan),
        around(_onsets(logs), "density") / seconds_per_frame,
    ]
    middles = torch.arange(columns, device=mel.device) * column_frames + column_frames // 2
    return torch.stack(told, dim=-1)[middles]


def _onsets(logs: Tensor) -> Tensor:
    """Mels in dB `[M, T]` to 1 at each frame `[T]` that begins something, else 0."""
    heard = logs.clamp(min=logs.max() - _RANGE_DB)
    rise = functional.pad(heard.diff(dim=1).clamp(min=0).mean(dim=0), (1, 0))
    width = 2 * _ONSET_FRAMES + 1
    highest = functional.max_pool1d(rise[None, None], width, 1, _ONSET_FRAMES)[0, 0]
    return ((rise >= highest) & (rise > _ONSET_DB)).float()


def _smooth(values: Tensor, frames: float) -> Tensor:
    """A Hann-weighted mean `[T]` over about so many frames; at the ends over what there is."""
    half = max(round(frames), 1)
    window = torch.hann_window(2 * half + 1, periodic=False, device=values.device)[None, None]
    summed = functional.conv1d(values[None, None], window, padding=half)
    weight = functional.conv1d(torch.ones_like(values)[None, None], window, padding=half)
    return (summed / weight)[0, 0]


class DescriptorRanks:
    """Where a value stands among those of a set of recordings: 0 the lowest, 1 the highest.

    `quantiles` `[4, n]` are the set's, evenly spaced from the lowest to the highest.
    """

    POINTS = 65

    def __init__(self, quantiles: NDArray[np.float64]) -> None:
        self.quantiles = quantiles

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> DescriptorRanks:
        """The ranks of a set of values `[columns, 4]`; NaN is none."""
        return cls(np.nanquantile(values, np.linspace(0.0, 1.0, cls.POINTS), axis=0).T)

    def ranks(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Values `[T, 4]` to their ranks `[T, 4]`, 0..1; NaN stays NaN."""
        points = np.linspace(0.0, 1.0, self.quantiles.shape[1])
        found = np.empty(values.shape, dtype=np.float32)
        for number, known in enumerate(self.quantiles):
            # The middle of all places that a value has, where many are alike.
            low = np.searchsorted(known, values[:, number], side="left")
            high = np.searchsorted(known, values[:, number], side="right")
            between = np.interp(values[:, number], known, points)
            same = points[np.clip((low + high - 1) // 2, 0, len(points) - 1)]
            ranks = np.where(high - low > 1, same, between)
            found[:, number] = np.where(np.isnan(values[:, number]), np.nan, ranks)
        return found
