"""Corrects the spectrum of a stretch of a recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Db = NDArray[np.float32]

#: Samples before and after a stretch that its correction needs. The gains are smooth over the
#: spectrum, so their impulse response is short.
MARGIN = 1024

# Gains are smoothed with a Hann window over 5 mel bins, and limited to so many dB.
_SMOOTHING = np.array([1, 3, 4, 3, 1], np.float32) / 12
_MOST_DB = 12.0


class Equaliser:
    """Gains for mel bins, whose filters are `bank` `[M, bins]`, as a filter without delay."""

    def __init__(self, bank: Db) -> None:
        numbers = np.arange(bank.shape[1], dtype=np.float32)
        self._spacing = 0.5 / (bank.shape[1] - 1)
        # In cycles per sample.
        centres = (bank @ numbers) / np.maximum(bank.sum(axis=1), 1e-8)
        self._centres = centres * self._spacing

    def apply(self, gains: Db, around: Samples) -> Samples:
        """A stretch, [N] or [N, 2], with gains `[M]` in dB, the same for both channels, from the
        samples `around` it, MARGIN more on each side."""
        length = _fast_length(len(around))
        curve = np.interp(np.fft.rfftfreq(length), self._centres, smooth_gains(gains))
        factors = (10 ** (curve / 20)).astype(np.float32)
        spectrum = np.fft.rfft(around.T, length) * factors
        corrected = np.fft.irfft(spectrum, length).T[MARGIN : len(around) - MARGIN]
        return np.asarray(corrected, np.float32)


def smooth_gains(gains: Db) -> Db:
    """Gains `[M]` in dB, smoothed over 5 bins and limited to 12 dB."""
    smooth = np.convolve(np.pad(gains, 2, mode="edge"), _SMOOTHING, mode="valid")
    return np.clip(smooth, -_MOST_DB, _MOST_DB)


def _fast_length(count: int) -> int:
    """A length, `count` or more, whose transform is fast: 2, 3 or 5 times a power of 2."""
    power = 1 << max(count - 1, 1).bit_length()
    return min(n for n in (power, power // 4 * 3, power // 8 * 5) if n >= count)
