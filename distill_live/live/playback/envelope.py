"""A gain that begins and ends sound without a click."""

from __future__ import annotations

import numpy as np

from distill_live.audio.fades import per_sample
from distill_live.live.ipc.ring import Samples

#: Samples of a fade when a ring runs dry (20 ms).
FADE_DRY = 960
#: How many gains are computed at once; a longer block takes several rounds.
_ROUND = 2048


class Envelope:
    """A gain between 0 and 1 that moves linearly; it begins at `gain`, silent by default."""

    def __init__(self, gain: float = 0.0) -> None:
        self._gain = gain
        self._step = 0.0
        self._counts = np.arange(1.0, _ROUND + 1)
        self._gains = np.empty(_ROUND)
        self._weights = np.empty(_ROUND, np.float32)

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard now."""
        return self._gain <= 0.0 and self._step <= 0.0

    def fade_in(self, length: int) -> None:
        """Rise as fast as from 0 to 1 in `length` samples."""
        if self._gain < 1.0:
            self._step = 1.0 / length

    def fade_out(self, length: int) -> None:
        """Reach 0 within `length` samples; a fade that is already running is never slowed down."""
        if self._gain <= 0.0:
            self._step = 0.0
        elif self._step >= 0.0 or -self._step < self._gain / max(length, 1):
            self._step = -self._gain / max(length, 1)

    def silence(self) -> None:
        """Be silent at once."""
        self._gain = self._step = 0.0

    def audible(self, count: int) -> int:
        """How many of the next `count` samples are not silent."""
        if self.silent:
            return 0
        if self._step >= 0.0:
            return count
        return min(count, int(np.ceil(self._gain / -self._step - 1e-9)))

    def apply(self, samples: Samples) -> None:
        """Multiply samples [n] or [n, C] by the gain, in place, and move on."""
        for start in range(0, len(samples), _ROUND):
            self._apply(samples[start : start + _ROUND])

    def _apply(self, samples: Samples) -> None:
        if self._step == 0.0 and self._gain == 1.0:
            return
        gains = self._gains[: len(samples)]
        np.multiply(self._counts[: len(samples)], self._step, out=gains)
        gains += self._gain
        np.clip(gains, 0.0, 1.0, out=gains)
        weights = self._weights[: len(samples)]
        weights[:] = gains
        samples *= per_sample(weights, samples)
        self._gain = float(gains[-1])
        if self._gain in (0.0, 1.0):
            self._step = 0.0
