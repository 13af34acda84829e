"""How long an engine takes for each kind of work, and therefore how soon a change can be heard."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.ring import SAMPLE_RATE, AudioRing
from distill_live.live.pacing.stillness import Stillness
from distill_live.live.pacing.stopwatch import Stopwatch


class Pace:
    """Stopwatches, and the ring positions from which on a change can be heard.

    `clock` gives seconds. Nothing before ring position `jumped_at` can be gone back to.
    """

    def __init__(
        self, ring: AudioRing, settings: EngineSettings, clock: Callable[[], float]
    ) -> None:
        self._ring, self._settings, self.clock = ring, settings, clock
        self.drawing, self.playing, self.jump = (Stopwatch(clock) for _ in range(3))
        self.jumped_at = 0
        self._stillness = Stillness(ring.read_position, clock())

    @property
    def cost(self) -> float:
        """How long a column usually takes to be drawn and played, in seconds."""
        return self.drawing.usual + self.playing.usual

    @property
    def reaction(self) -> float:
        """How long a jump usually takes to begin to be heard, in seconds."""
        return self._settings.guard / SAMPLE_RATE + self.jump.usual

    @property
    def future_lead(self) -> int:
        """How many samples a new future must hold when it is published."""
        settings = self._settings
        return max(settings.future_lead, settings.reserve + round(2 * self.cost * SAMPLE_RATE))

    def note_read(self) -> None:
        """Note how far the ring has been read."""
        self._stillness.note(self._ring.read_position, self.clock())

    def soonest(self) -> int:
        """The ring position from which on a change can be heard.

        Never before a jump that is still to be heard: the sound before it is gone.
        """
        guard = 0 if self._is_still else self._settings.guard
        return max(self._ring.read_position + guard, self.jumped_at)

    def soonest_jump(self, made: int) -> int:
        """The same for a jump: its sound must be made before it is due, or its beginning would be
        lost. `made` is the position up to which sound has been made."""
        making = 0.0 if self._is_still else self.jump.usual * SAMPLE_RATE
        at = min(round(self.soonest() + making), made)
        pending = self._ring.pending_switch()
        # A future that is already waiting needs no fade at `at`: it has one at its beginning.
        return at if pending is None else min(at, max(pending[1], self._ring.read_position))

    @property
    def _is_still(self) -> bool:
        """Whether nobody reads the ring now, for the transport is stopped."""
        return self._stillness.is_still(self.clock())
