"""What a change waits for: the next beat, the next bar, or a bar that is a multiple of several."""

from __future__ import annotations

import reprlib
from typing import Literal, Protocol

from distill_live.errors import ParameterError

#: The next beat, or the next bar that is a multiple of so many.
Quantum = Literal["beat"] | int

MAX_BARS = 64
LEGAL_QUANTUM = f"beat, bar or {{bars: 1..{MAX_BARS}}}"


class Clockwork(Protocol):
    """What tells when a beat comes; see tempo.py."""

    @property
    def beats_per_bar(self) -> int: ...
    def next_boundary(self, beats: float, now: float) -> float: ...


def parse_quantum(value: object) -> Quantum:
    """A quantum from what a message or a patch says: beat, bar, a number of bars or {bars: N}.

    Raises ParameterError for anything else.
    """
    if value == "beat":
        return "beat"
    bars = 1 if value == "bar" else value
    if isinstance(value, dict) and list(value) == ["bars"]:
        bars = value["bars"]
    whole = isinstance(bars, int | float) and not isinstance(bars, bool) and bars % 1 == 0
    if not (whole and isinstance(bars, int | float) and 1 <= bars <= MAX_BARS):
        raise ParameterError(
            f"{reprlib.repr(value)} is nothing to wait for; legal: {LEGAL_QUANTUM}"
        )
    return int(bars)


def next_moment(quantum: Quantum, tempo: Clockwork, now: float, latency: float = 0.0) -> float:
    """When, in seconds of time.monotonic(), a change must be made to be heard at the boundary.

    `latency` is how many seconds pass until a change is heard.
    """
    beats = 1 if quantum == "beat" else quantum * tempo.beats_per_bar
    return tempo.next_boundary(float(beats), now + latency) - latency
