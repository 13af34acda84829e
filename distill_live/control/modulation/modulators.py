"""Modulators: low-frequency oscillators, an envelope follower, a random walk.

Each gives a value 0..1, as a fader does, from the time in seconds of time.monotonic(), the tempo
and the present value of what it follows, if it follows anything.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from distill_live.control.timing.tempo import Tempo
from distill_live.errors import ParameterError

Shape = Literal["sine", "triangle", "saw", "square", "random"]

#: What an envelope follower can follow: the loudness of the output (linear, 1 is full scale), and
#: of the live input the loudness and the brightness, 0..1.
Followed = Literal["output", "listen.loudness", "listen.brightness"]

#: The shortest and longest cycle. A hundred values a second cannot follow a shorter one.
SECONDS = (0.05, 3600.0)
BEATS = (1 / 32, 1024.0)


class Modulator(Protocol):
    """A source that moves by itself."""

    def value(self, now: float, tempo: Tempo, followed: float) -> float:
        """Its value 0..1 at `now`, which must never go back."""


@dataclass(frozen=True)
class LFO:
    """A cycle of `seconds`, or of `beats` in step with the tempo; give one of the two.

    `phase` 0..1 is where in its cycle it starts. All shapes start low, except the square, which
    starts high. "random" has a new value in each cycle, and repeats itself for the same phase. A
    saw of one beat rises with the beat, one of a bar with the bar.
    """

    shape: Shape = "sine"
    seconds: float | None = None
    beats: float | None = None
    phase: float = 0.0

    def __post_init__(self) -> None:
        if self.shape not in get_args(Shape):
            raise ParameterError(
                f"there is no LFO shape {self.shape!r}; legal: {', '.join(get_args(Shape))}"
            )
        if (self.seconds is None) == (self.beats is None):
            raise ParameterError("an LFO needs a cycle length, either in `seconds` or in `beats`")
        _require("seconds", self.seconds, SECONDS)
        _require("beats", self.beats, BEATS)
        _require("phase", self.phase, (0.0, 1.0))

    def value(self, now: float, tempo: Tempo, followed: float) -> float:
        """The value of the shape, 0..1."""
        cycles = now / self.seconds if self.seconds else tempo.beat(now) / (self.beats or 1.0)
        cycle = math.floor(cycles + self.phase)
        return self._shaped(cycles + self.phase - cycle, cycle)

    def _shaped(self, part: float, cycle: int) -> float:
        if self.shape == "sine":
            return 0.5 - 0.5 * math.cos(2.0 * math.pi * part)
        if self.shape == "triangle":
            return 1.0 - abs(2.0 * part - 1.0)
        if self.shape == "saw":
            return part
        if self.shape == "square":
            return 1.0 if part < 0.5 else 0.0
        return random.Random(f"{cycle} {self.phase}").random()  # noqa: S311 - music, not secrets


@dataclass
class EnvelopeFollower:
    """What it follows, smoothed: `attack` and `release` are the seconds in which it
    covers 63 % of the way up and down; `gain` makes a small value count for more."""

    attack: float = 0.01
    release: float = 0.3
    gain: float = 1.0
    _value: float = field(default=0.0, init=False, repr=False)
    _asked: float | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        _require("attack", self.attack, (0.0, 60.0))
        _require("release", self.release, (0.0, 60.0))
        _require("gain", self.gain, (0.0, 1000.0))

    def value(self, now: float, tempo: Tempo, followed: float) -> float:
        """The smoothed value, 0..1."""
        wanted = min(max(followed * self.gain, 0.0), 1.0) if math.isfinite(followed) else 0.0
        passed = 0.0 if self._asked is None else max(now - self._asked, 0.0)
        seconds = self.attack if wanted > self._value else self.release
        left = math.exp(-passed / seconds) if seconds else 0.0
        self._value, self._asked = wanted + (self._value - wanted) * left, now
        return self._value


@dataclass
class RandomWalk:
    """Wanders between 0 and 1 and turns back at the ends; `seconds` is how long it usually takes
    from the middle to an end. The same `seed` gives the same walk."""

    seconds: float = 4.0
    seed: int | None = None
    _value: float = field(default=0.5, init=False, repr=False)
    _asked: float | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        _require("seconds", self.seconds, SECONDS)
        self._random = random.Random(self.seed)  # noqa: S311 - music, not secrets

    def value(self, now: float, tempo: Tempo, followed: float) -> float:
        """Where it has wandered to, 0..1."""
        passed = 0.0 if self._asked is None else max(now - self._asked, 0.0)
        self._asked = now
        step = self._random.gauss(0.0, 0.5 * math.sqrt(passed / self.seconds))
        # Turn back at both ends, however large the step is.
        folded = (self._value + step) % 2.0
        self._value = 2.0 - folded if folded > 1.0 else folded
        return self._value


def _require(name: str, value: float | None, legal: tuple[float, float]) -> None:
    low, high = legal
    if value is not None and not low <= value <= high:
        raise ParameterError(f"{name} cannot be {value}; legal: {low:g}..{high:g}")
