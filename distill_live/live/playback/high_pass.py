"""A high pass that computes a whole block at once."""

from __future__ import annotations

import numpy as np

from distill_live.audio.fades import per_sample
from distill_live.live.ipc.ring import SAMPLE_RATE, Samples


class HighPass:
    """One-pole high pass, y[n] = x[n] - x[n-1] + pole * y[n-1], -3 dB at `hertz`; of two channels,
    each for itself."""

    #: Longest run computed in one piece, so that pole ** -n stays finite.
    _RUN = 1024

    def __init__(self, hertz: float) -> None:
        self.pole = 1.0 - 2.0 * np.pi * hertz / SAMPLE_RATE
        # The last sample in and out, [1] or [1, C].
        self._last_in = self._last_out = np.zeros(1)
        self._powers = self.pole ** np.arange(1, self._RUN + 1)

    def process(self, samples: Samples) -> Samples:
        """Filter samples [n] or [n, C]; state carries over to the next call."""
        out = np.empty_like(samples)
        for start in range(0, len(samples), self._RUN):
            piece = samples[start : start + self._RUN].astype(np.float64)
            powers = per_sample(self._powers[: len(piece)], piece)
            steps = np.empty_like(piece)
            np.subtract(piece[:1], self._last_in, out=steps[:1])
            np.subtract(piece[1:], piece[:-1], out=steps[1:])
            steps /= powers
            filtered = powers * (self._last_out + np.cumsum(steps, axis=0))
            self._last_in, self._last_out = piece[-1:], filtered[-1:]
            out[start : start + len(piece)] = filtered
        return out
