"""Tap tempo: with a foot, a pad or a key."""

from __future__ import annotations

from collections import deque

from distill_live.control.timing.beat_line import MAX_BPM, MIN_BPM

#: How many taps count: the first ones, before the hand has found its pace, drop out.
_TAPS = 8
#: Seconds between two taps. Sooner is a bouncing switch, later is the start of a new row.
_SHORTEST, _LONGEST = 0.5 * 60.0 / MAX_BPM, 1.1 * 60.0 / MIN_BPM
#: A beat that is longer or shorter than the others by more than this factor is a new tempo.
_UNEVEN = 1.4


class TapTempo:
    """Finds the tempo of taps, one a beat."""

    def __init__(self) -> None:
        self._taps: deque[float] = deque(maxlen=_TAPS)

    def tap(self, at: float) -> float | None:
        """Add a tap at a time in seconds; returns the tempo in BPM, however fast or slow.

        None for the first tap of a row, and for one that comes too soon to be a beat.
        """
        if self._taps and 0.0 <= at - self._taps[-1] < _SHORTEST:
            return None
        if self._taps and not 0.0 <= at - self._taps[-1] <= _LONGEST:
            self._taps.clear()
        if len(self._taps) > 1 and not self._is_even(at - self._taps[-1]):
            last = self._taps[-1]
            self._taps.clear()
            self._taps.append(last)
        self._taps.append(at)
        return 60.0 / self._beat() if len(self._taps) > 1 else None

    def _beat(self) -> float:
        """How long a beat is, in seconds."""
        return (self._taps[-1] - self._taps[0]) / (len(self._taps) - 1)

    def _is_even(self, seconds: float) -> bool:
        return 1.0 / _UNEVEN < seconds / self._beat() < _UNEVEN
