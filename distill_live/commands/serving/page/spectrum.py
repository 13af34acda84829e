"""One column of a spectrogram with a logarithmic axis, quick enough for a display."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.live.ipc.ring import Samples

#: How many samples are analysed: 85 ms at 48 kHz.
SIZE = 4096
BINS = 96
#: The edges of the lowest and the highest bin, in Hz.
LOWEST, HIGHEST = 40.0, 18_000.0
#: What is shown as 0; full scale is 255.
_FLOOR_DB = -90.0


class LogSpectrum:
    """Spectra of samples at `sample_rate` Hz, in BINS logarithmic bins; those above half the rate
    are empty."""

    def __init__(self, sample_rate: int) -> None:
        self._window = np.hanning(SIZE).astype(np.float32)
        # A sine of full scale is then 1.
        self._window *= 2.0 / self._window.sum()
        edges = np.geomspace(LOWEST, HIGHEST, BINS + 1) * SIZE / sample_rate
        places = np.minimum(np.rint(edges).astype(int), SIZE // 2)
        self._starts, self._end = places[:-1], max(int(places[-1]), int(places[-2]) + 1)
        self._empty = edges[:-1] > SIZE / 2

    def column(self, samples: Samples) -> NDArray[np.uint8]:
        """The spectrum [BINS] of SIZE samples: 0 is -90 dB or less, 255 a sine of full scale."""
        spectrum = np.abs(np.fft.rfft(samples * self._window))[: self._end]
        # Where bins are narrower than the analysis, several show the same place of it.
        peaks = np.maximum.reduceat(spectrum, self._starts)
        decibels = 20.0 * np.log10(np.maximum(peaks, 1e-9))
        decibels[self._empty] = _FLOOR_DB
        shown = 255.0 * (1.0 - np.minimum(decibels, 0.0) / _FLOOR_DB)
        return np.rint(np.maximum(shown, 0.0)).astype(np.uint8)
