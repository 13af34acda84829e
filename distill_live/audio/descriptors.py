"""What a listener would say of a column of sound: how loud, bright, noisy and busy it is."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement

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


# From which others each descriptor is predicted; steering uses the remainder. Loud columns may be
# dark in some recordings, and noisy ones bright. Brightness is not predicted from noise: a noisy
# column is bright even if it is dark for its noise.
_TOLD_BY = {
    "loudness": ("brightness",),
    "brightness": ("loudness",),
    "noisiness": ("loudness", "brightness"),
    "density": (),
}
_NUMBERS = {name: number for number, name in enumerate(DESCRIPTORS)}


class DescriptorRanks:
    """Where a column stands among those of a set of recordings: 0 the lowest, 1 the highest.

    With plain ranks, steering towards bright columns would also give soft ones if the recordings'
    bright columns are soft. So some descriptors are predicted from others, as a quadratic function
    of their ranks by least squares, and what is left is ranked: how bright a column is for its
    loudness. A descriptor that the others predict almost exactly keeps its plain rank.

    `plain` and `left` `[4, n]` are quantiles of the set's values, and of what is left of them,
    evenly spaced from the lowest to the highest; `weights` are those of the functions.
    """

    POINTS = 65
    #: With fewer columns, nothing can be predicted.
    LEAST = 200

    def __init__(
        self,
        plain: NDArray[np.float64],
        weights: dict[str, NDArray[np.float64]],
        left: NDArray[np.float64],
    ) -> None:
        self.plain = plain
        self.weights = weights
        self.left = left

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> DescriptorRanks:
        """The ranks of a set of values `[columns, 4]`; NaN is none."""
        plain = _quantiles(values, cls.POINTS)
        places = _places(values, plain)
        told = [name for name, others in _TOLD_BY.items() if others and len(values) >= cls.LEAST]
        weights = {name: _predict(places, name) for name in told}
        return cls(plain, weights, _quantiles(_left(places, weights), cls.POINTS))

    def ranks(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Values `[T, 4]` to their ranks `[T, 4]`, 0..1; NaN stays NaN."""
        left = _left(_places(values, self.plain), self.weights)
        return ((_places(left, self.left) + 1) / 2).astype(np.float32)


def _quantiles(values: NDArray[np.floating], points: int) -> NDArray[np.float64]:
    """Evenly spaced quantiles `[4, points]` of values `[columns, 4]`; NaN is none."""
    found: NDArray[np.float64] = np.nanquantile(values, np.linspace(0, 1, points), axis=0).T
    return found


def _places(values: NDArray[np.floating], quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where values `[T, 4]` stand among quantiles `[4, n]`: -1 the lowest, 1 the highest."""
    points = np.linspace(-1.0, 1.0, quantiles.shape[1])
    found = np.empty(values.shape)
    for number, known in enumerate(quantiles):
        # The middle of all places that a value has, where many are alike.
        low = np.searchsorted(known, values[:, number], side="left")
        high = np.searchsorted(known, values[:, number], side="right")
        between = np.interp(values[:, number], known, points)
        same = points[np.clip((low + high - 1) // 2, 0, len(points) - 1)]
        ranks = np.where(high - low > 1, same, between)
        found[:, number] = np.where(np.isnan(values[:, number]), np.nan, ranks)
    return found


def _predict(places: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """The weights that predict one descriptor of columns from their places `[T, 4]`; zeros if
    hardly anything would be left of it."""
    places = places[~np.isnan(places[:, _NUMBERS[name]])]
    terms, own = _terms(places, name), places[:, _NUMBERS[name]]
    weights = np.asarray(np.linalg.lstsq(terms, own, rcond=None)[0], dtype=np.float64)
    exact = (own - terms @ weights).std() <= 0.1 * own.std()
    return np.zeros_like(weights) if exact else weights


def _left(
    places: NDArray[np.float64], weights: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """What is left of places `[T, 4]` once each is predicted from others."""
    left = places.copy()
    for name, one in weights.items():
        left[:, _NUMBERS[name]] -= _terms(places, name) @ one
    return left


def _terms(places: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """The terms `[T, n]` of a quadratic function of the places `[T, 4]` that tell of a descriptor;
    one that a column does not have counts as the middle."""
    others = [np.nan_to_num(places[:, _NUMBERS[other]]) for other in _TOLD_BY[name]]
    products = [one * other for one, other in combinations_with_replacement(others, 2)]
    return np.stack([np.ones(len(places)), *others, *products], axis=-1)
