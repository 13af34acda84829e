"""How loud a sound is between its samples, and sounds that are hard to limit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import resample, resample_poly

_PAD = 4_096


def true_peak(sound: np.ndarray) -> float:
    """The largest magnitude of samples [N] or [N, C] at four times the rate, by two meters: a
    filter as in a converter, and one that is exact up to half the sample rate."""
    silence = np.zeros((_PAD, *sound.shape[1:]))
    padded = np.concatenate([silence, sound.astype(np.float64), silence])
    meters = resample_poly(padded, 4, 1), resample(padded, 4 * len(padded))
    return max(float(np.abs(metered).max()) for metered in meters)


def decibels(magnitude: float) -> float:
    """A magnitude in dB of full scale."""
    return 20.0 * float(np.log10(magnitude))


def _noise(count: int) -> np.ndarray:
    return 4.0 * np.random.default_rng(12).uniform(-1.0, 1.0, count)


def _bursts(count: int) -> np.ndarray:
    return np.where(np.arange(count) // 1_000 % 7, 0.02, 1.0) * _noise(count)


#: Each function makes the number of samples asked for, at 48 kHz.
HARD_SIGNALS: dict[str, Callable[[int], np.ndarray]] = {
    "square": lambda count: np.sign(np.sin(2 * np.pi * 100 / 48_000 * np.arange(count))),
    "sine of 997 Hz": lambda count: np.sin(2 * np.pi * 997 / 48_000 * np.arange(count)),
    "peaks between samples": lambda count: (
        np.sqrt(2) * np.sin(np.pi * (np.arange(count) / 2 + 0.25))
    ),
    "high sine": lambda count: 1.5 * np.sin(2 * np.pi * 19_900 / 48_000 * np.arange(count)),
    "noise 12 dB too loud": _noise,
    "bursts of noise": _bursts,
    "clicks": lambda count: np.where(np.arange(count) % 3_001 == 0, 5.0, 0.0),
}
