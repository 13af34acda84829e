"""A second-order loop: the even line behind ticks that come a little late or early."""

from __future__ import annotations

from collections import deque

#: How many ticks the loop remembers; until then each counts as much as any other, as in
#: a line of least squares (the gains are those of a growing-memory filter, Brookner 1998, 1.2.10).
#: Sixteen beats: with JACK's blocks of 512 a length of four beats is then right within 0.5 ms.
MEMORY = 384
#: How far apart the latest and the earliest ticks are, in seconds, where JACK's blocks of 512 hand
#: them on at 48 kHz. This much is always expected: ticks in step with the blocks seem even for a
#: dozen beats, and are then suddenly a block late.
USUAL_S = 512 / 48_000
#: A tick that is further off is left out. This and DRIFT are parts of the expected spread.
STRAY = 1.2
#: This many strays in a row, all late or all early, are another tempo: the line begins with them.
STRAYS = 6
#: If the ticks of a beat are this far off on average, the tempo has moved a little: from then on
#: only SHORT_MEMORY ticks are remembered.
DRIFT, DRIFT_TICKS, SHORT_MEMORY = 0.56, 24, 96
#: Ticks from which on the line is certain enough to say of others that they are off.
_SETTLED = 24
#: If the tempo of a new line differs from the one before by less than this part, it is the same:
#: ticks were lost on the way, or the clock has jumped.
_SAME = 0.01
#: How many steps between the errors of ticks are used to find their spread.
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
        # How far apart ticks were before the line began anew, and from how many that was known.
        self._before: tuple[float, int] | None = None

    @property
    def ticks(self) -> int:
        """How many ticks the distance between them was found from, MEMORY at most."""
        return self._rate_ticks

    def forget(self) -> None:
        """Begin anew: the next ticks have nothing to do with those before."""
        self._rate_ticks = 0
        self._before = None
        self.restart()

    def restart(self) -> None:
        """Let the line begin with the next tick, wherever it lies; the ticks stay as far apart."""
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
        """How far apart the latest and the earliest ticks may be, in seconds. Steps between errors
        show that, which no change of tempo makes large: of even spread, a quarter exceed half."""
        steps = sorted(self._steps)
        return max(2.0 * steps[len(steps) * 3 // 4], USUAL_S)

    def _is_other_tempo(self, at: float, error: float, far: float) -> bool:
        """Whether the ticks have left the line for good; then it begins with the last of them."""
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
        """Keep the known tempo if a new line is as fast; not if the tempo was changing."""
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
        """Correct the line by a tick: the more ticks it rests on, the less."""
        self._phase_ticks = phase = min(self._phase_ticks + 1, MEMORY)
        self._rate_ticks = rate = min(self._rate_ticks + 1, MEMORY)
        guess = self.at + self.tick_s if phase > 1 else at
        error = at - guess
        self.at = guess + 2 * (2 * phase - 1) / (phase * (phase + 1)) * error
        self.tick_s += 6 / (rate * (rate + 1)) * error
