"""Reads what comes in, at the rate of the instrument."""

from __future__ import annotations

import numpy as np

from distill_live.audio.resample import StreamResampler
from distill_live.live.ipc.ring import SAMPLE_RATE, Samples
from distill_live.live.ipc.tap import TapRing


class InputReader:
    """Follows the tap of an input from now on; its device may change, and its rate with it."""

    def __init__(self, tap: TapRing) -> None:
        self._tap, self._position = tap, tap.written
        self._use(tap.sample_rate)

    def read(self) -> Samples:
        """All samples [N] at 48 kHz that have come in since the last call; finite."""
        samples, lost = self._tap.read(self._position)
        start = self._position + lost
        self._position = start + samples.shape[1]
        before = max(self._tap.since - start, 0)
        heard = [self._convert(samples[0, :before])]
        if self._rate != self._tap.sample_rate and before < samples.shape[1]:
            self._use(self._tap.sample_rate)
        heard.append(self._convert(samples[0, before:]))
        return np.nan_to_num(np.concatenate(heard), copy=False, posinf=0.0, neginf=0.0)

    def _use(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._resampler = StreamResampler(sample_rate, SAMPLE_RATE, 1)

    def _convert(self, samples: Samples) -> Samples:
        return self._resampler.process(samples[:, None])[:, 0]
