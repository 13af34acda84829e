"""Beats as a straight line over time, which every source of tempo provides."""

from __future__ import annotations

import math
from typing import NamedTuple

from distill_live.errors import ParameterError

#: The slowest and fastest tempo in beats per minute, and the one at the start.
MIN_BPM, MAX_BPM, DEFAULT_BPM = 20.0, 300.0, 120.0


class BeatLine(NamedTuple):
    """At the time `at` (seconds of time.monotonic()) it is beat `beat`; the tempo is `bpm`."""

    beat: float
    at: float
    bpm: float

    def beat_at(self, now: float) -> float:
        """The beat, with its fraction, at a time."""
        return self.beat + (now - self.at) * self.bpm / 60.0

    def time_of(self, beat: float) -> float:
        """The time of a beat."""
        return self.at + (beat - self.beat) * 60.0 / self.bpm


def legal_bpm(bpm: float) -> float:
    """The nearest tempo that can be played. Raises ParameterError unless it is a finite number."""
    if not abs(bpm) < math.inf:
        raise ParameterError(f"tempo must be a number {MIN_BPM:g}..{MAX_BPM:g}, not {bpm}")
    return min(max(bpm, MIN_BPM), MAX_BPM)
