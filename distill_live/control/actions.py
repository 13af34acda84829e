"""What a message can do: set a parameter, move it by a control, make a request, be answered."""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Callable, Sequence

from distill_live.codes.edit import switch_edits_off
from distill_live.control.patch_schema import ParameterMapping, RequestMapping
from distill_live.control.requests import REQUESTS
from distill_live.control.targets import Levels, find_target
from distill_live.errors import ParameterError
from distill_live.parameters import ParameterStore, scale_travel

ROOT = "/distill"

#: The value of a parameter that is off, as messages say it.
OFF = "off"

#: An OSC message to send back to whoever asked: address and arguments.
Reply = tuple[str, tuple[object, ...]]


class Actions:
    """Carries out messages on a store; each action takes a message's arguments and may answer.

    `request` is called with a name of `REQUESTS` and its checked arguments; `clipped` with a line
    of text for each number that was out of range. `levels` are those of the model in play. Every
    action raises ParameterError, and does nothing, when it cannot use the arguments.
    """

    def __init__(
        self,
        store: ParameterStore,
        request: Callable[[str, tuple[object, ...]], None],
        clipped: Callable[[str], None],
    ) -> None:
        self.levels = Levels()
        #: Called with the name of each parameter that is set.
        self.on_set: Callable[[str], None] = lambda name: None
        self._store, self._request, self._clipped = store, request, clipped

    def set(self, name: str, arguments: Sequence[object]) -> list[Reply]:
        """Set a parameter or a level of it.

        Without a number, or with the word off, a level follows the global value, and a parameter
        that can be off is.
        """
        target = find_target(name, self._store.table)
        level, parameter = self.levels.find(target), target.parameter
        if (level is not None or parameter.optional) and list(arguments) in ([], [None], [OFF]):
            if level is None:
                self._store.turn_off(parameter.name)
            else:
                self._store.follow(parameter.name, level)
            self.on_set(name)
            return []
        value = _one_number(name, arguments)
        stored = self._store.set(parameter.name, value, level)
        self.on_set(name)
        if not parameter.minimum <= value <= parameter.maximum:
            legal = parameter.legal()
            self._clipped(f"{name} {value:g} is outside {legal}, taken as {stored:g}")
        return []

    def move(self, mapping: ParameterMapping, arguments: Sequence[object]) -> list[Reply]:
        """Move a parameter, or a level of it, as a mapped control's way 0..1 says."""
        target = find_target(mapping.to, self._store.table)
        level, parameter = self.levels.find(target), target.parameter
        travel = _one_number(mapping.to, arguments)
        if not 0.0 <= travel <= 1.0:
            self._clipped(f"a mapped control sends 0..1, not {travel:g}")
        low, high = mapping.limits(parameter)
        value = scale_travel(travel, low, high, mapping.shape(parameter))
        self._store.set(parameter.name, value, level)
        self.on_set(mapping.to)
        return []

    def press(self, mapping: RequestMapping, arguments: Sequence[object]) -> list[Reply]:
        """Make the request of a mapped button when it is pressed."""
        if _is_pressed(mapping.do, arguments):
            self._ask(mapping.do, mapping.arguments)
        return []

    def verb(self, name: str, arguments: Sequence[object]) -> list[Reply]:
        """Make a request with the arguments; one that takes none is made as by a button."""
        if REQUESTS[name].arguments:
            self._ask(name, arguments)
        elif _is_pressed(name, arguments):
            self._ask(name, ())
        return []

    def get(self, arguments: Sequence[object]) -> list[Reply]:
        """Answer the values of the named parameters or levels; without a name, all global ones."""
        if not all(isinstance(name, str) for name in arguments):
            raise ParameterError("get takes names of parameters, or nothing for all of them")
        names = [str(name)[:200].removeprefix(f"{ROOT}/") for name in arguments]
        return [(f"{ROOT}/{name}", (self._current(name),)) for name in names or self._store]

    def ping(self, arguments: Sequence[object]) -> list[Reply]:
        """Answer with the same arguments."""
        return [(f"{ROOT}/pong", tuple(arguments))]

    def _ask(self, name: str, arguments: Sequence[object]) -> None:
        checked = REQUESTS[name].check(arguments)
        if name == "panic":
            switch_edits_off(self._store)
            for parameter in self._store.table.values():
                if parameter.optional:
                    self._store.turn_off(parameter.name)
        self._request(name, checked)

    def _current(self, name: str) -> float | int | str:
        target = find_target(name, self._store.table)
        level, parameter = self.levels.find(target), target.parameter
        value = self._store[parameter.name]
        if level is not None:
            value = self._store.levels(parameter.name, level + 1)[level]
        if math.isnan(value):
            return OFF
        return value if parameter.kind == "float" else int(value)


def _is_pressed(name: str, arguments: Sequence[object]) -> bool:
    # Buttons send a second message, 0, when they are let go; a bang has no number at all.
    bang = not arguments or arguments[0] is None
    return bang or _one_number(name, arguments) >= 0.5


def _one_number(name: str, arguments: Sequence[object]) -> float:
    """The single finite number in `arguments`, else ParameterError."""
    if len(arguments) != 1:
        raise ParameterError(f"{name} takes one number, not {len(arguments)}")
    value = arguments[0]
    if not isinstance(value, int | float):
        raise ParameterError(f"{name} takes a number, not {reprlib.repr(value)}")
    if not abs(value) <= sys.float_info.max:
        raise ParameterError(f"{name} takes a finite number")
    return float(value)
