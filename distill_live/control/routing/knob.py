"""What one control does to one parameter, with takeover, and where it stands."""

from __future__ import annotations

import math
from typing import NamedTuple

from distill_live.control.modulation.takeover import Takeover
from distill_live.control.namespace.targets import Target, UnknownLevelError
from distill_live.control.patch.schema import ParameterMapping
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.gestures import Gesture
from distill_live.parameters import find_travel

#: Where an encoder starts to turn a parameter that is off: in the middle.
_MIDDLE = 0.5


class ControlState(NamedTuple):
    """Where a control stands: the travel 0..1 that it means, over the whole range of the parameter;
    and whether it waits until it has come to the parameter's own."""

    travel: float
    waits: bool


class Knob:
    """What one mapping does to one parameter, or to one level of it."""

    def __init__(self, mapping: ParameterMapping, target: Target, actions: Actions) -> None:
        self._mapping, self._target, self._actions = mapping, target, actions
        self._takeover = Takeover(mapping.takeover)
        # Where the control left the parameter: its travel, and the resulting value.
        self._left: tuple[float, float] | None = None
        self._control: float | None = None

    @property
    def state(self) -> ControlState | None:
        """Where the control stands; None if it has not been moved yet, or has no position."""
        try:
            place = self._actions.find(self._target)
        except UnknownLevelError:
            return None
        if self._control is None:
            return None
        parameter, now = self._target.parameter, self._actions.value(place)
        means = find_travel(
            self._value_at(self._control), parameter.minimum, parameter.maximum, parameter.curve
        )
        has_left = self._left is None or self._left[1] != now
        return ControlState(means, self._mapping.takeover == "pickup" and has_left)

    def apply(self, gesture: Gesture, now: float) -> None:
        """Move the parameter. Raises UnknownLevelError when the model lacks the level."""
        place = self._actions.find(self._target)
        standing = self._standing(self._actions.value(place))
        travel = self._wanted(gesture, standing)
        if travel is None:
            return
        value = self._value_at(travel)
        self._left = (travel, value)
        if self._mapping.smooth and standing is not None:
            glides, seconds = self._actions.glides, self._mapping.smooth / 1e3
            start = self._travel_at(self._actions.stored(place))
            sender = self._actions.sender
            glides.start(place, (start, travel), self._value_at, seconds, now, sender)
        else:
            self._actions.put(place, value)

    def _standing(self, value: float) -> float | None:
        """Where the control would stand for the parameter's value; None when it is off."""
        if self._left is not None and self._left[1] == value:
            # Nothing else has moved it: go on from the exact travel, not from the rounded value.
            return self._left[0]
        if self._left is not None:
            self._takeover.rearm()
            self._left = None
        return None if math.isnan(value) else self._travel_at(value)

    def _wanted(self, gesture: Gesture, standing: float | None) -> float | None:
        if gesture.kind == "toggle":
            return 1.0 if standing is None or standing < 0.5 else 0.0
        if gesture.kind == "turn":
            start = _MIDDLE if standing is None else standing
            return min(max(start + gesture.amount, 0.0), 1.0)
        travel = self._control = min(max(gesture.amount, 0.0), 1.0)
        return self._takeover.move(travel, travel if standing is None else standing)

    def _value_at(self, travel: float) -> float:
        parameter = self._target.parameter
        return parameter.clip(self._mapping.value_at(parameter, travel))

    def _travel_at(self, value: float) -> float:
        return self._mapping.travel_at(self._target.parameter, value)
