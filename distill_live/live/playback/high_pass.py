"""A high pass that computes a whole block at once."""

from __future__ import annotations

import numpy as np

from distill_live.live.ipc.ring import SAMPLE_RATE, Samples


class HighPass:
    """One-pole high pass, y[n] = x[n] - x[n-1] + pole * y[n-1], -3 dB at `hertz`."""

    #: Longest run computed in one piece, so that pole ** -n stays finite.
    _RUN = 1024

    def __init__(self, hertz: float) -> None:
        self.pole = 1.0 - 2.0 * np.pi * hertz / SAMPLE_RATE
        self._last_in = 0.0
        self._last_out = 0.0
        self._powers = self.pole ** np.arange(1, self._RUN + 1)

    def process(self, samples: Samples) -> Samples:
        """Filter samples [n]; state carries over to the next call."""
        out = np.empty_like(samples)
        for start in range(0, len(samples), self._RUN):
            piece = samples[start : start + self._RUN].astype(np.float64)
            powers = self._powers[: len(piece)]
            steps = np.diff(piece, prepend=self._last_in)
            filtered = powers * (self._last_out + np.cumsum(steps / powers))
            self._last_in, self._last_out = float(piece[-1]), float(filtered[-1])
            out[start : start + len(piece)] = filtered
        return out
