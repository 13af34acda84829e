"""How full the ring must be, judged by how long the engine is held up."""

from __future__ import annotations

from distill_live.live.ipc.ring import SAMPLE_RATE

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
        self._hold_ups: list[tuple[float, float]] = []

    def note(self, seconds: float, now: float) -> None:
        """Note that the engine was busy or held up for `seconds`, until the moment `now`."""
        # Only a hold-up that is longer than all later ones can matter: the first is the longest.
        remembered = [(t, s) for t, s in self._hold_ups if now - t < MEMORY_SECONDS and s > seconds]
        self._hold_ups = [*remembered, (now, seconds)]
        longest = self._hold_ups[0][1]
        wanted = round((MARGIN * longest + SPARE_SECONDS) * SAMPLE_RATE)
        self.ring_lead = min(max(self._base, wanted), FULLEST)
