"""Gliding from where a parameter stands to where a control wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distill_live.control.namespace.address import Sender

#: A parameter's name, and the level (from 0) when it is for one alone.
Place = tuple[str, int | None]

#: The part of its way after which a glide is at its goal: next to all of it.
_END = 1.0 - 1e-9


@dataclass
class _Glide:
    """A way in travel 0..1 from `start` at the moment `began` to `goal`, `seconds` later."""

    start: float
    goal: float
    began: float
    seconds: float
    value_at: Callable[[float], float]
    sender: Sender
    #: What was stored last; another value means that somebody else has moved the parameter.
    stored: float

    def travel(self, now: float) -> float:
        way = max((now - self.began) / self.seconds, 0.0)
        # At the end exactly the goal.
        return self.goal if way > _END else self.start + (self.goal - self.start) * way


class Glides:
    """Moves parameters evenly along their controls' travel, a step at each tick.

    `read` gives the value at a place, `put` stores one and returns what was stored. A parameter
    that is set otherwise meanwhile stays where it was set.
    """

    def __init__(
        self,
        read: Callable[[Place], float],
        put: Callable[[Place, float, Sender], float],
    ) -> None:
        self._read, self._put = read, put
        self._glides: dict[Place, _Glide] = {}

    def __bool__(self) -> bool:
        return bool(self._glides)

    def start(
        self,
        place: Place,
        ends: tuple[float, float],
        value_at: Callable[[float], float],
        seconds: float,
        now: float,
        sender: Sender = None,
    ) -> None:
        """Begin a glide between two ends in travel; `value_at` says which value a travel means."""
        self._glides[place] = _Glide(*ends, now, seconds, value_at, sender, self._read(place))

    def travel(self, place: Place, now: float) -> float | None:
        """Where on its way a glide is; None when nothing glides there."""
        glide = self._current(place)
        return glide.travel(now) if glide else None

    def goal(self, place: Place) -> float | None:
        """The value to which the place is gliding; None when it is not."""
        glide = self._current(place)
        return glide.value_at(glide.goal) if glide else None

    def stop(self) -> None:
        """Let everything stay where it is."""
        self._glides.clear()

    def tick(self, now: float) -> None:
        """Move everything on."""
        for place in list(self._glides):
            glide = self._current(place)
            if glide is None:
                continue
            travel = glide.travel(now)
            glide.stored = self._put(place, glide.value_at(travel), glide.sender)
            if travel == glide.goal:
                del self._glides[place]

    def _current(self, place: Place) -> _Glide | None:
        glide = self._glides.get(place)
        if glide is not None and self._read(place) != glide.stored:
            del self._glides[place]
            return None
        return glide
