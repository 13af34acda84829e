"""Gaps in what is recorded: fades around them, and how long they are in words."""

from __future__ import annotations

import numpy as np

from distill_live.audio.fades import CUT_FADE_SECONDS, rising_fade
from distill_live.live.ipc.ring import Samples

#: Gaps between two outputs that are shorter, in seconds, are not reported.
SHORTEST_GAP = 0.01


class GapFades:
    """Passes left and right [N, 2] on, and lets them fade out before each gap and in after it.

    It holds back the last few milliseconds, because a gap may follow. `after_gap`: the first
    samples fade in.
    """

    def __init__(self, sample_rate: int, after_gap: bool = False) -> None:
        self._fade = rising_fade(round(CUT_FADE_SECONDS * sample_rate))[:, None]
        self._held = np.zeros((0, 2), np.float32)
        # How much of the fade after a gap is over.
        self._risen = 0 if after_gap else len(self._fade)

    def process(self, samples: Samples) -> Samples:
        """Pass on what is known to need no fade out."""
        rising = self._fade[self._risen : self._risen + len(samples)]
        if len(rising):
            samples = samples.copy()
            samples[: len(rising)] *= rising
            self._risen += len(rising)
        samples = np.concatenate([self._held, samples])
        kept = max(len(samples) - len(self._fade), 0)
        self._held = samples[kept:]
        return samples[:kept]

    def rest(self) -> Samples:
        """All that is held back, as it is."""
        held, self._held = self._held, self._held[:0]
        return held

    def end(self) -> Samples:
        """All that is held back, faded out; what comes next fades in, unless it is the first."""
        held = self.rest()
        if len(held):
            self._risen = 0
        falling: Samples = held * self._fade[::-1][len(self._fade) - len(held) :]
        return falling


def gap_words(seconds: float) -> str:
    """How long an interruption lasted; in ms if it is short."""
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{max(round(1000 * seconds), 1)} ms"
