"""A second-order loop: finds the even pulse behind ticks that come a little late or early."""

from __future__ import annotations

from collections import deque

#: How many ticks the loop remembers; until then all count alike, as in a least-squares line
#: (the gains are those of a growing-memory filter, Brookner 1998, 1.2.10). That is sixteen beats:
#: with JACK's blocks of 512 samples, the length of four beats is then right within 0.5 ms.
MEMORY = 384
#: The spread of ticks, latest to earliest, in seconds, that JACK's blocks of 512 samples cause at
#: 48 kHz. At least this much is always expected: ticks that keep step with the blocks seem even
#: for a dozen beats, and are then suddenly a block late.
USUAL_S = 512 / 48_000
#: A tick that is further off is left out. STRAY and DRIFT are multiples of the expected spread.
STRAY = 1.2
#: This many strays in a row, all late or all early, mean a new tempo: a new line starts there.
STRAYS = 6
#: If the ticks of one beat are this far off on average, the tempo has drifted: only the last
#: SHORT_MEMORY ticks count then.
DRIFT, DRIFT_TICKS, SHORT_MEMORY = 0.56, 24, 96
#: From this many ticks on, the line is certain enough to call other ticks strays.
_SETTLED = 24
#: If the tempo of a new line differs from the last one by less than this fraction, it is the same
#: tempo: ticks were lost on the way, or the clock has jumped.
_SAME = 0.01
#: How many differences between the errors of successive ticks are used to find their spread.
_STEPS = 96


class ClockLoop:
    """Follows ticks: call `add_tick` with each, in seconds, as it comes.

    On the line through them the newest lies at `at`, and they are `tick_s` apart. How far both can
    be trusted depends on `ticks`.
    """

    def __init__(self, tick_s: float) -> None:
        self.at, self.tick_s = 0.0, tick_s
        self._phase_ticks = self._rate_ticks = 0
        self._errors: deque[float] = deque(maxlen=DRIFT_TICKS)
        self._steps: deque[float] = deque(maxlen=_STEPS)
        self._error = 0.0
        # Strays in a row, and whether they are late (1) or early (-1).
        self._strays: list[float] = []
        self._side = 0
        # The distance between ticks on the line before this one, and how many ticks it rested on.
        self._before: tuple[float, int] | None = None

    @property
    def ticks(self) -> int:
        """How many ticks `tick_s` rests on, MEMORY at most."""
        return self._rate_ticks

    def forget(self) -> None:
        """Start afresh: the next ticks have nothing to do with those before."""
        self._rate_ticks = 0
        self._before = None
        self.restart()

    def restart(self) -> None:
        """Start the line at the next tick, wherever it lies; the tempo stays."""
        self._phase_ticks = self._side = 0
        self._errors.clear()
        self._strays.clear()

    def add_tick(self, at: float) -> None:
        """Follow the tick that came at `at`."""
        if self._phase_ticks == 0:
            self._move(at)
            return
        error = at - (self.at + self.tick_s)
        self._steps.append(abs(error - self._error))
        self._error = error
        spread = self._spread()
        if self._rate_ticks < _SETTLED:
            self._move(at)
            self._remember()
        elif not self._is_other_tempo(at, error, STRAY * spread):
            if abs(error) <= STRAY * spread:
                self._notice_drift(error, DRIFT * spread)
                self._move(at)
            else:
                self.at += self.tick_s

    def _spread(self) -> float:
        """How far apart the latest and the earliest ticks may be, in seconds.

        It is found from the differences between successive errors, which a change of tempo does
        not make large. If the spread is uniform, a quarter of them exceed half of it.
        """
        steps = sorted(self._steps)
        return max(2.0 * steps[len(steps) * 3 // 4], USUAL_S)

    def _is_other_tempo(self, at: float, error: float, far: float) -> bool:
        """Whether the ticks have left the line for good; then a new line starts with the strays."""
        side = (error > far) - (error < -far)
        if side != self._side:
            self._side = side
            self._strays.clear()
        if side:
            self._strays.append(at)
        if len(self._strays) < STRAYS:
            return False
        strays, before = self._strays.copy(), (self.tick_s, self._rate_ticks)
        self.forget()
        self._before = before
        for one in strays:
            self._move(one)
        return True

    def _remember(self) -> None:
        """Keep the known tempo if a new line is as fast, unless the tempo was changing."""
        if self._before is None or self._rate_ticks < _SETTLED:
            return
        tick_s, ticks = self._before
        self._before = None
        if ticks >= 2 * SHORT_MEMORY and abs(self.tick_s - tick_s) < _SAME * tick_s:
            self.tick_s, self._rate_ticks = tick_s, ticks

    def _notice_drift(self, error: float, far: float) -> None:
        self._errors.append(error)
        if len(self._errors) == DRIFT_TICKS and abs(sum(self._errors)) > far * DRIFT_TICKS:
            self._errors.clear()
            self._phase_ticks = min(self._phase_ticks, SHORT_MEMORY)
            self._rate_ticks = min(self._rate_ticks, SHORT_MEMORY)

    def _move(self, at: float) -> None:
        """Correct the line by one tick; the more ticks it rests on, the smaller the correction."""
        self._phase_ticks = phase = min(self._phase_ticks + 1, MEMORY)
        self._rate_ticks = rate = min(self._rate_ticks + 1, MEMORY)
        guess = self.at + self.tick_s if phase > 1 else at
        error = at - guess
        self.at = guess + 2 * (2 * phase - 1) / (phase * (phase + 1)) * error
        self.tick_s += 6 / (rate * (rate + 1)) * error
