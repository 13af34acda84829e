"""How full the ring must be, learned from how long the engine is held up."""

from __future__ import annotations

from distill_live.live.ipc.ring import SAMPLE_RATE

#: Sound that must be left after the longest hold-up, in seconds, and how much longer than the
#: longest one of late the next one may be.
SPARE_SECONDS, MARGIN = 0.25, 1.5
#: The fullest ring, in samples: 2 s.
FULLEST = 96_000
#: Seconds for which a hold-up is remembered.
MEMORY_SECONDS = 60.0


class RingAdaptation:
    """`base` samples are what the ring holds while nothing holds the engine up."""

    def __init__(self, base: int) -> None:
        self.ring_lead = self._base = base
        self._hold_ups: list[tuple[float, float]] = []

    def note(self, seconds: float, now: float) -> None:
        """The engine was busy or held up for so long, until the moment `now` in seconds."""
        # Only what is longer than all later ones can ever count: the first is the longest.
        remembered = [(t, s) for t, s in self._hold_ups if now - t < MEMORY_SECONDS and s > seconds]
        self._hold_ups = [*remembered, (now, seconds)]
        longest = self._hold_ups[0][1]
        wanted = round((MARGIN * longest + SPARE_SECONDS) * SAMPLE_RATE)
        self.ring_lead = min(max(self._base, wanted), FULLEST)
