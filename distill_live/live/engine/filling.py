"""Keeps the ring and the lookahead full, and degrades when there is no time for that."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.status import EngineStatus
from distill_live.live.pacing.adaptive_buffer import AdaptiveBuffer
from distill_live.live.pacing.degradation import Degradation, Supply

#: What is repeated when there is no time to make more, in samples, and the least worth it.
REPEATED, LEAST_REPEATED = 72_000, 24_000


class RingFiller:
    """Lets a generator play and draw as far ahead as `settings` say.

    A column lasts `column_seconds`; `clock` gives seconds. How often something had to be given up
    is counted in `status`.
    """

    def __init__(
        self,
        generator: StreamGenerator,
        status: EngineStatus,
        settings: EngineSettings,
        column_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._generator, self._status, self._settings = generator, status, settings
        self._column_seconds, self._clock = column_seconds, clock
        self._degradation = Degradation(generator.sampler.context_columns, status)
        self._buffer = AdaptiveBuffer(settings.ring_lead) if settings.adaptive else None
        self._last_turn = clock()

    @property
    def ring_lead(self) -> int:
        """Samples that the ring should hold ahead of what is heard."""
        return self._buffer.ring_lead if self._buffer else self._settings.ring_lead

    def note_turn(self) -> None:
        """Note that the engine has finished a turn, however long that took."""
        if self._buffer:
            now, before = self._clock(), self._last_turn
            self._last_turn = now
            self._buffer.note(now - before, now)

    def fill(self, missing: int) -> bool:
        """Play or draw the next column, if the ring or the lookahead needs it; False if not.

        `missing` columns must be drawn in any case, for edits that wait for them.
        """
        generator = self._generator
        if generator.lead < self.ring_lead:
            self._play()
            return True
        # While a repetition plays there is time to draw more.
        beyond = (generator.lead - self.ring_lead) // round(self._column_seconds * SAMPLE_RATE)
        if generator.lookahead >= self._settings.lookahead + beyond and not missing:
            return False
        self._draw_part()
        return True

    def _play(self) -> None:
        generator = self._generator
        if self._must_repeat():
            generator.repeat(REPEATED)
            self._status.add("held_loops")
        elif generator.is_ready:
            generator.play()
            if not self._settings.patient:
                self._degradation.note(self._supply())
        else:
            self._draw_part()

    def _draw_part(self) -> None:
        generator, sampler = self._generator, self._generator.sampler
        if generator.draw_part():
            self._status.add("columns")
            # Only at an anchor: elsewhere catching up with the new context takes too long.
            wanted = self._degradation.context_columns
            if generator.timeline.end % (wanted // 2) == 0:
                sampler.context_columns = wanted

    def _must_repeat(self) -> bool:
        """Whether the ring would run dry before the next column is made."""
        generator = self._generator
        playhead = generator.playhead
        if self._settings.patient:
            return False
        if playhead.motion is not None or playhead.trail.remembered < LEAST_REPEATED:
            return False
        needed = generator.pace.playing.usual
        if not generator.is_ready:
            needed += generator.pace.drawing.usual
        return generator.lead < self._settings.reserve + 1.5 * needed * SAMPLE_RATE

    def _supply(self) -> Supply:
        generator = self._generator
        return Supply(
            generator.pace.cost / self._column_seconds,
            generator.lead,
            self.ring_lead,
            generator.lookahead,
            self._settings.lookahead,
        )
