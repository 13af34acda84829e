"""The loudness of what is played, as a meter shows it."""

from __future__ import annotations

import math

from distill_live.live.ipc.ring import Samples

#: The time over which RMS is taken, and in which a peak falls to a tenth, in seconds.
RMS_SECONDS, FALL_SECONDS = 0.05, 0.5


class Meter:
    """RMS over RMS_SECONDS and a falling peak, of left and right; 1 is full scale."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._square = 0.0
        self.peak = 0.0

    @property
    def rms(self) -> float:
        """The root mean square of both channels."""
        return math.sqrt(self._square)

    def add(self, pair: Samples, peak: float) -> None:
        """Take in the next samples [2, N], and the largest magnitude among them."""
        left, right = pair
        count = pair.shape[1]
        if not count:
            return
        seconds = count / self._rate
        square = (float(left @ left) + float(right @ right)) / (2 * count)
        self._square += (square - self._square) * -math.expm1(-seconds / RMS_SECONDS)
        self.peak = max(peak, self.peak * 0.1 ** (seconds / FALL_SECONDS))
