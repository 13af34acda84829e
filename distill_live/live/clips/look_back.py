"""The last minute of what was played, so that it can be kept after it was heard."""

from __future__ import annotations

import numpy as np

from distill_live.audio.fades import CUT_FADE_SECONDS, rising_fade
from distill_live.live.ipc.ring import Samples
from distill_live.live.ipc.tap import TapRing

#: How far back it looks, in seconds.
SECONDS = 60.0
#: How many samples must be new before they are copied; the tap holds far more.
_AT_ONCE = 12_000


class LookBack:
    """Copies the tap into memory of its own; call `poll` many times a second."""

    def __init__(self, tap: TapRing) -> None:
        self._tap = tap
        self._position = tap.written
        self._since, self._sample_rate = tap.since, tap.sample_rate
        self._ring = np.zeros((2, round(SECONDS * self._sample_rate)), np.float32)
        # How many samples of the present rate have come.
        self._count = 0

    def poll(self) -> None:
        """Copy what was played since the last time."""
        if self._tap.written - self._position >= _AT_ONCE:
            self._copy()

    def last(self, seconds: float, ago: float = 0.0) -> tuple[Samples, int]:
        """The last `seconds` [2, N], left and right, that ended so many seconds `ago`, and their
        rate in Hz; fewer samples when fewer were played since the start, or since the device's rate
        changed."""
        self._copy()
        size = self._ring.shape[1]
        known = min(self._count, size)
        later = min(round(ago * self._sample_rate), known)
        wanted = min(round(seconds * self._sample_rate), known - later)
        end = self._count - later
        places = np.arange(end - wanted, end) % size
        return self._ring[:, places], self._sample_rate

    def _copy(self) -> None:
        samples, lost = self._tap.read(self._position)
        start = self._position + lost
        self._position = start + samples.shape[1]
        # The rate before `since`: if it is of an output that has not played yet, so is `since`.
        rate, since = self._tap.sample_rate, self._tap.since
        older, samples = np.split(samples, [max(since - start, 0)], axis=1)
        self._keep(older)
        if not samples.shape[1]:
            return
        if since != self._since:
            self._since = since
            self._fade_out()
        if rate != self._sample_rate:
            self._sample_rate, self._count = rate, 0
            self._ring = np.zeros((2, round(SECONDS * rate)), np.float32)
        self._keep(samples)

    def _fade_out(self) -> None:
        """Let the newest sound end softly, where another output, which begins softly, goes on."""
        count = min(round(CUT_FADE_SECONDS * self._sample_rate), self._count)
        places = np.arange(self._count - count, self._count) % self._ring.shape[1]
        self._ring[:, places] *= rising_fade(count)[::-1]

    def _keep(self, samples: Samples) -> None:
        places = np.arange(self._count, self._count + samples.shape[1]) % self._ring.shape[1]
        self._ring[:, places] = samples
        self._count += samples.shape[1]
