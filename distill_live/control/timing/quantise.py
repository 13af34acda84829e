"""What a quantised action waits for: the next beat, the next bar, or every so many bars."""

from __future__ import annotations

import reprlib
from typing import Literal, Protocol

from distill_live.control.timing.beat_line import BeatLine
from distill_live.errors import ParameterError

#: The next beat, or the next bar whose number is a multiple of this one.
Quantum = Literal["beat"] | int

MAX_BARS = 64
LEGAL_QUANTUM = f"beat, bar or {{bars: 1..{MAX_BARS}}}"
#: The same for messages.
LEGAL_IN_MESSAGES = (
    f"beat, bar, or an integer number of bars 1..{MAX_BARS}, such as /distill/at 4 /distill/play"
)
#: If the beat differs by more than this, in beats, from a moment ago, it was not corrected but
#: counted afresh.
_LEAP = 0.25


class Clockwork(Protocol):
    """Something that knows when beats come, such as a `Tempo`."""

    @property
    def beats_per_bar(self) -> int: ...
    @property
    def line(self) -> BeatLine: ...
    def beat(self, now: float) -> float: ...
    def next_boundary(self, beats: float, now: float) -> float: ...


def parse_quantum(value: object, legal: str = LEGAL_QUANTUM) -> Quantum:
    """Read a quantum from a message or a patch: beat, bar, a number of bars or {bars: N}.

    Raises ParameterError for anything else; its text ends with `legal`.
    """
    if value == "beat":
        return "beat"
    bars = 1 if value == "bar" else value
    if isinstance(value, dict) and list(value) == ["bars"]:
        bars = value["bars"]
    whole = isinstance(bars, int | float) and not isinstance(bars, bool) and bars % 1 == 0
    if not (whole and isinstance(bars, int | float) and 1 <= bars <= MAX_BARS):
        raise ParameterError(f"cannot wait for {reprlib.repr(value)}; legal: {legal}")
    return int(bars)


class Boundary:
    """The first boundary of a quantum from `now` on, and when to make a change to hear it there.

    `latency` is how many seconds a change takes to be heard. Times are those of `tempo`.
    """

    def __init__(
        self, quantum: Quantum, tempo: Clockwork, now: float, latency: float = 0.0
    ) -> None:
        self._quantum, self._tempo, self._latency = quantum, tempo, latency
        self._line, self._bar = tempo.line, tempo.beats_per_bar
        self._beat = self._find(now)

    def moment(self, now: float) -> float:
        """When to make the change, at the present tempo. If beats are now counted differently, it
        is made at the next boundary of the new count."""
        line, bar = self._tempo.line, self._tempo.beats_per_bar
        if bar != self._bar or abs(line.beat_at(now) - self._line.beat_at(now)) > _LEAP:
            self._bar = bar
            self._beat = self._find(now)
        self._line = line
        return line.time_of(self._beat) - self._latency

    def _find(self, now: float) -> int:
        """The beat of the first boundary."""
        beats = 1 if self._quantum == "beat" else self._quantum * self._bar
        heard = self._tempo.next_boundary(float(beats), now + self._latency)
        return round(self._tempo.beat(heard) / beats) * beats
