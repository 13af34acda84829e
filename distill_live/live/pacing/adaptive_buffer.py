"""How full the ring must be, judged by how long the engine is held up."""

from __future__ import annotations

from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.pacing.longest import Longest

#: Sound that must be left after the longest hold-up, in seconds, and how many times as long as the
#: longest recent hold-up the next one may be.
SPARE_SECONDS, MARGIN = 0.25, 1.5
#: The fullest ring, in samples: 2 s.
FULLEST = 96_000
#: How long a hold-up is remembered, in seconds.
MEMORY_SECONDS = 60.0


class AdaptiveBuffer:
    """Says how many samples the ring should hold: `base` while nothing holds the engine up."""

    def __init__(self, base: int) -> None:
        self.ring_lead = self._base = base
        self._hold_ups = Longest(MEMORY_SECONDS)

    def note(self, seconds: float, now: float) -> None:
        """Note that the engine was busy or held up for `seconds`, until the moment `now`."""
        self._hold_ups.note(seconds, now)
        wanted = round((MARGIN * self._hold_ups.at(now) + SPARE_SECONDS) * SAMPLE_RATE)
        self.ring_lead = min(max(self._base, wanted), FULLEST)
