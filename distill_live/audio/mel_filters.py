"""Triangular filters on a mel scale: what the mels in a model file stand for.

They are computed here, so that a model file means the same, to the bit, with any library versions.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Scale = Literal["slaney", "htk"]

# Slaney's scale: 3 mels every 200 Hz up to 1 kHz, from there 27 mels for each factor of 6.4.
# M. Slaney, Auditory Toolbox, Interval Research, Technical Report 1998-010.
_LINEAR_STEP = 200.0 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_STEP
_LOG_STEP = math.log(6.4) / 27.0
# HTK's: O'Shaughnessy's formula, in the HTK Book.
_HTK_MELS, _HTK_HZ = 2595.0, 700.0


def mel_triangles(
    *, bins: int, f_min: float, f_max: float, n_mels: int, sample_rate: int, scale: Scale
) -> Tensor:
    """Filters `[n_mels, bins]` for `bins` frequencies from 0 Hz to half the sample rate.

    Each rises from the centre of the filter below to 1 at its own, and falls to the centre of the
    one above. The edges are at equal steps of the scale from `f_min` to `f_max` Hz. One that falls
    between two bins is zero everywhere.
    """
    hertz = torch.linspace(0, sample_rate // 2, bins)
    mels = torch.linspace(_to_mel(f_min, scale), _to_mel(f_max, scale), n_mels + 2)
    edges = _to_hertz(mels, scale)[:, None]
    widths = edges.diff(dim=0)
    rising = (hertz - edges[:-2]) / widths[:-1]
    falling = (edges[2:] - hertz) / widths[1:]
    return torch.minimum(rising, falling).clamp(min=0.0)


def filter_centres(bank: NDArray[np.float32]) -> NDArray[np.float64]:
    """The centre of mass of each filter `[G, bins]`, in cycles per sample `[G]`."""
    numbers = np.arange(bank.shape[1], dtype=np.float32)
    # One that falls between bins hears nothing, wherever it is.
    centres = (bank @ numbers) / np.maximum(bank.sum(axis=1), 1e-8)
    return np.asarray(centres * (0.5 / (bank.shape[1] - 1)), np.float64)


def _to_mel(hertz: float, scale: Scale) -> float:
    if scale == "htk":
        return _HTK_MELS * math.log10(1.0 + hertz / _HTK_HZ)
    if hertz < _BREAK_HZ:
        return hertz / _LINEAR_STEP
    return _BREAK_MEL + math.log(hertz / _BREAK_HZ) / _LOG_STEP


def _to_hertz(mels: Tensor, scale: Scale) -> Tensor:
    if scale == "htk":
        return _HTK_HZ * (10.0 ** (mels / _HTK_MELS) - 1.0)
    above = _BREAK_HZ * torch.exp(_LOG_STEP * (mels - _BREAK_MEL))
    return torch.where(mels < _BREAK_MEL, _LINEAR_STEP * mels, above)
