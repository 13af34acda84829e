"""Tells the user when the output takes the sound more slowly than it should be heard."""

from __future__ import annotations

import time
from collections.abc import Callable

from distill_live.live.ipc.tap import TapRing

#: How long the pace is measured, in seconds, and the least pace that is not told.
SPAN_SECONDS, LEAST_PACE = 20.0, 0.95
#: An output that takes nothing for so long has stopped; others deal with that.
STOPPED_SECONDS = 1.0
#: The least time between two lines, in seconds.
REST_SECONDS = 60.0


class OutputPace:
    """Compares what an output takes, which passes the tap, with the time that goes by; call `poll`
    many times a second.

    `say` gets a line for the user when a sound card, or the clock that stands in for one, is slow:
    then everything lasts longer, and follows no clock. `clock` gives seconds.
    """

    def __init__(
        self, tap: TapRing, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tap, self._say, self._clock = tap, say, clock
        self._written, self._since = tap.written, tap.since
        self._moved_at, self._quiet_until = clock(), clock()
        #: When the pace began to be measured, and the samples that had been taken then.
        self._begin: tuple[float, int] | None = None

    def poll(self, output: str) -> None:
        """Look at what has been taken by now; `output` is what plays, in words."""
        now, written = self._clock(), self._tap.written
        if written == self._written:
            return
        stopped = now - self._moved_at > STOPPED_SECONDS or self._tap.since != self._since
        self._written, self._since, self._moved_at = written, self._tap.since, now
        if self._begin is None or stopped:
            self._begin = now, written
            return
        passed = now - self._begin[0]
        if passed >= SPAN_SECONDS:
            taken = (written - self._begin[1]) / self._tap.sample_rate
            self._begin = now, written
            self._judge(taken, passed, output)

    def _judge(self, taken: float, passed: float, output: str) -> None:
        if taken < LEAST_PACE * passed and self._clock() >= self._quiet_until:
            self._quiet_until = self._clock() + REST_SECONDS
            self._say(
                f"running slow: in the last {passed:.0f} s, {output} played only {taken:.1f} s of "
                "sound; the computer is too busy, or the sound card too slow"
            )
