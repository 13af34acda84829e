"""Reads what comes in, at the rate of the instrument."""

from __future__ import annotations

import numpy as np

from distill_live.audio.resample import StreamResampler
from distill_live.live.ipc.ring import SAMPLE_RATE, Samples
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.phrase import REST_SECONDS

#: The silence that stands for the time without a device, in seconds: long enough that the sound
#: before it and the sound after it are two phrases.
AWAY_SECONDS = 2 * REST_SECONDS


class InputReader:
    """Follows the tap of an input from now on. Its device may go away and come back, or be replaced
    by one with a different rate."""

    def __init__(self, tap: TapRing) -> None:
        self._tap, self._position = tap, tap.written
        self._use(tap.since, tap.sample_rate)

    def read(self) -> Samples:
        """All samples [N] at 48 kHz that have come in since the last call; finite. AWAY_SECONDS
        of silence come before the samples of a device that has come back or is new."""
        samples, lost = self._tap.read(self._position)
        start = self._position + lost
        self._position = start + samples.shape[1]
        since, rate = self._tap.since, self._tap.sample_rate
        before = max(since - start, 0)
        heard = [self._convert(samples[0, :before])]
        if self._device != (since, rate) and before < samples.shape[1]:
            heard.append(np.zeros(round(AWAY_SECONDS * SAMPLE_RATE), np.float32))
            self._use(since, rate)
        heard.append(self._convert(samples[0, before:]))
        return np.nan_to_num(np.concatenate(heard), copy=False, posinf=0.0, neginf=0.0)

    def _use(self, since: int, sample_rate: int) -> None:
        self._device = since, sample_rate
        self._resampler = StreamResampler(sample_rate, SAMPLE_RATE, 1)

    def _convert(self, samples: Samples) -> Samples:
        return self._resampler.process(samples[:, None])[:, 0]
