"""Joins two stretches of sound where they are most alike."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.fades import per_sample

Samples = NDArray[np.float32]

# Silence is like nothing.
_LEAST_POWER = 1e-9


def best_shift(reference: Samples, around: Samples) -> int:
    """At which sample of `around` [N + 2 S] the stretch begins that is most like `reference` [N]:
    0..2 S. The correlation is normalised, so that loud passages are not preferred."""
    length = 1 << (len(around) + len(reference) - 1).bit_length()
    spectrum = np.fft.rfft(around, length) * np.conj(np.fft.rfft(reference, length))
    shifts = len(around) - len(reference) + 1
    products = np.fft.irfft(spectrum, length)[:shifts]
    energy = np.cumsum(np.square(around, dtype=np.float64))
    powers = energy[len(reference) - 1 :].copy()
    powers[1:] -= energy[: shifts - 1]
    return int((products / np.sqrt(np.maximum(powers, _LEAST_POWER))).argmax())


def likeness(one: Samples, other: Samples) -> float:
    """The correlation of two sounds, [N] each or [N, 2], 0..1; opposites count as 0."""
    one, other = one.reshape(-1), other.reshape(-1)
    powers = math.sqrt(float(one @ one) * float(other @ other))
    if powers <= _LEAST_POWER:
        return 0.0
    return min(max(float(one @ other) / powers, 0.0), 1.0)


def mix(old: Samples, new: Samples, share: Samples | float, alike: Samples | float) -> Samples:
    """`share` 0..1 of `new` and the rest of `old`, [N] each or [N, 2], as loud as either, where
    their correlation is `alike`; both may be one number or [N]."""
    if isinstance(share, np.ndarray):
        share = per_sample(share, new)
    if isinstance(alike, np.ndarray):
        alike = per_sample(alike, new)
    rest = 1 - share
    level = np.sqrt(share * share + rest * rest + 2 * alike * share * rest)
    return np.asarray((share * new + rest * old) / level, np.float32)
