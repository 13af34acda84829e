"""Glides: parameters move smoothly to where a control wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distill_live.control.namespace.address import Sender

#: A parameter's name, and a level (from 0) or None for the global value.
Place = tuple[str, int | None]

#: A glide this far along has reached its goal; the rest is rounding.
_END = 1.0 - 1e-9


@dataclass
class _Glide:
    """From `start` at the moment `began` to `goal`, `seconds` later; both are travels 0..1."""

    start: float
    goal: float
    began: float
    seconds: float
    value_at: Callable[[float], float]
    sender: Sender
    #: The value stored last; if the store holds another one, something else has moved it.
    stored: float

    def travel(self, now: float) -> float:
        way = max((now - self.began) / self.seconds, 0.0)
        # Exactly the goal at the end.
        return self.goal if way > _END else self.start + (self.goal - self.start) * way


class Glides:
    """Moves parameters evenly along their controls' travel, a step at each tick.

    `read` gives the value at a place; `put` stores one and returns what was stored. A parameter
    that anything else sets meanwhile stays there.
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
        """Begin a glide between two travels; `value_at` gives the value of a travel."""
        self._glides[place] = _Glide(*ends, now, seconds, value_at, sender, self._read(place))

    def travel(self, place: Place, now: float) -> float | None:
        """The travel that a glide has reached; None when nothing glides there."""
        glide = self._current(place)
        return glide.travel(now) if glide else None

    def goal(self, place: Place) -> float | None:
        """The value to which a place glides; None when it does not."""
        glide = self._current(place)
        return glide.value_at(glide.goal) if glide else None

    def stop(self) -> None:
        """End all glides where they are."""
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
