"""What a message can do: set a parameter, make a request, ask for an answer."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence

from distill_live.codes.edit_parameters import switch_edits_off
from distill_live.control.modulation.glides import Glides, Place
from distill_live.control.namespace.address import NORM, OFF, OWN, ROOT, Reply, Sender
from distill_live.control.namespace.arguments import one_number, switch
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import Levels, Target, find_group, find_target
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.reception import Reception
from distill_live.errors import ParameterError
from distill_live.parameters import Parameter, ParameterStore, find_travel, scale_travel

#: The switch for all modulation (LFOs and so on), if the table has it.
MODULATION = "modulation"

#: The name of a request and its checked arguments.
Request = tuple[str, tuple[object, ...]]


class Actions:
    """Carries out messages on a store; each action takes a message's arguments and may answer.

    Actions are carried out within `change`, which collects the requests that they make:
    `pop_requests` gives them once the change is in force. `reception` is told of numbers that are
    out of range, `hooks` of parameters and levels that move. `levels` are those of the model in
    play. Every action raises ParameterError, and does nothing, when it cannot use the arguments.
    """

    def __init__(self, store: ParameterStore, reception: Reception, hooks: Hooks) -> None:
        self.levels = Levels()
        self.glides = Glides(self.stored, self._put)
        #: How often panic was asked for: a panic cancels whatever was put off before it.
        self.panics = 0
        self._store, self._reception, self._hooks = store, reception, hooks
        self._requests: list[Request] = []
        self._sender: Sender = None

    @contextlib.contextmanager
    def change(self, sender: Sender) -> Iterator[None]:
        """Everything that `sender` does in this block becomes one change, in force at its end."""
        self._sender = sender
        with self._store.change():
            yield

    def pop_requests(self) -> list[Request]:
        """The requests made since the last call, in order."""
        requests, self._requests = self._requests, []
        return requests

    def set(self, name: str, arguments: Sequence[object]) -> list[Reply]:
        """Set a parameter or one of its levels; several numbers set the levels, coarse to fine.

        No number, or the word off, switches an optional parameter off and lets a level follow the
        global value. A level that is set to the global value follows it from then on.
        """
        return self._set(name, arguments, travels=False)

    def set_travel(self, name: str, arguments: Sequence[object]) -> list[Reply]:
        """As `set`, by the travel 0..1 of a controller through the parameter's range and curve."""
        return self._set(name, arguments, travels=True)

    def request(self, name: str, arguments: Sequence[object]) -> list[Reply]:
        """Make a request with the arguments; a request that needs none works like a button."""
        taken = REQUESTS[name].arguments
        texts = any(isinstance(argument, str) for argument in arguments)
        kinds = {one.kind if one.optional else "needed" for one in taken}
        if not taken or (not texts and kinds <= {"text", "int"}):
            if is_pressed(name, arguments):
                # A number says how often; less than 1 is the travel of a button.
                counts = "int" in kinds and arguments and one_number(name, arguments[:1]) >= 1
                self.ask(name, arguments if counts else ())
        else:
            self.ask(name, arguments)
        return []

    def get(self, arguments: Sequence[object]) -> list[Reply]:
        """Answer the values of the named parameters or levels; without a name, all global ones."""
        if not all(isinstance(name, str) for name in arguments):
            raise ParameterError(
                "get takes the names of parameters, or no argument for all of them"
            )
        names = [str(name)[:200].removeprefix(f"{ROOT}/") for name in arguments]
        return [(f"{ROOT}/{name}", (self._told(name),)) for name in names or self._store]

    def ping(self, arguments: Sequence[object]) -> list[Reply]:
        """Answer with the same arguments."""
        return [(f"{ROOT}/pong", tuple(arguments))]

    def sync(self, arguments: Sequence[object]) -> list[Reply]:
        """Answer with the same arguments, once everything before has been done."""
        return [(f"{ROOT}/synced", tuple(arguments))]

    def ask(self, name: str, arguments: Sequence[object]) -> None:
        """Make a request. Raises ParameterError for arguments that it does not take."""
        checked = REQUESTS[name].check(arguments)
        if name == "panic":
            self._switch_all_off()
        elif name == "steer/off":
            self._steer_off()
        elif name == "reset":
            self._reset(checked[0])
        self._requests.append((name, checked))

    def find(self, target: Target) -> Place:
        """What a target means in the model in play. Raises UnknownLevelError."""
        return target.parameter.name, self.levels.find(target)

    def value(self, place: Place) -> float:
        """The value of a parameter or a level, or the one it is gliding to; NaN: off."""
        goal = self.glides.goal(place)
        return self.stored(place) if goal is None else goal

    def stored(self, place: Place) -> float:
        """The value of a parameter or a level now; NaN: off."""
        name, level = place
        return self._store[name] if level is None else self._store.levels(name, level + 1)[level]

    def put(self, place: Place, value: float) -> float:
        """Set a parameter or a level, as a control does; returns the value that is stored."""
        return self._put(place, value, self._sender)

    def note_clipped(self, line: str) -> None:
        """Tell of a number that was out of range."""
        self._reception.note_clipped(line)

    @property
    def sender(self) -> Sender:
        """Who makes the change in hand."""
        return self._sender

    @property
    def modulated(self) -> bool:
        """Whether modulation may move parameters."""
        return MODULATION not in self._store.table or bool(self._store[MODULATION])

    def _set(self, name: str, arguments: Sequence[object], travels: bool) -> list[Reply]:
        target = find_target(name, self._store.table)
        level, parameter = self.levels.find(target), target.parameter
        if level is None and parameter.per_level and len(arguments) > 1:
            self._check_count(name, arguments)
            given: list[tuple[int | None, Sequence[object]]]
            given = [(at, [argument]) for at, argument in enumerate(arguments)]
        else:
            given = [(level, arguments)]
        # All arguments are checked before any is used.
        values = [(at, self._read(parameter, at, name, one, travels)) for at, one in given]
        for at, value in values:
            self._store_one(parameter, at, name, value)
        return []

    def _check_count(self, name: str, arguments: Sequence[object]) -> None:
        if len(arguments) > len(self.levels):
            raise ParameterError(
                f"{name} takes one number, or up to {len(self.levels)}, one per level, not "
                f"{len(arguments)}"
            )

    def _read(
        self,
        parameter: Parameter,
        level: int | None,
        name: str,
        arguments: Sequence[object],
        travels: bool,
    ) -> float | None:
        """The value that the arguments mean; None: off, or follow the global value."""
        can_be_off = level is not None or parameter.optional
        if can_be_off and is_off(arguments):
            return None
        if travels:
            legal = "off or 0..1" if can_be_off else "0..1"
            travel = one_number(f"{name}{NORM}", arguments, legal)
            if not 0.0 <= travel <= 1.0:
                nearest = min(max(travel, 0.0), 1.0)
                self.note_clipped(f"{name}{NORM} {travel:g} is outside 0..1; set to {nearest:g}")
            return scale_travel(travel, parameter.minimum, parameter.maximum, parameter.curve)
        legal = parameter.legal(can_be_off=can_be_off)
        if parameter.kind == "bool" and len(arguments) == 1:
            return switch(name, arguments[0], legal)
        return one_number(name, arguments, legal)

    def _store_one(
        self, parameter: Parameter, level: int | None, name: str, value: float | None
    ) -> None:
        if value is not None:
            stored = self._put((parameter.name, level), value, self._sender)
            if not parameter.minimum <= value <= parameter.maximum:
                legal = parameter.legal()
                self.note_clipped(f"{name} {value:g} is outside {legal}; set to {stored:g}")
        else:
            self._release((parameter.name, level))

    def _switch_all_off(self) -> None:
        self.panics += 1
        self.glides.stop()
        switch_edits_off(self._store)
        if MODULATION in self._store.table:
            self._store.set(MODULATION, 0)
        self._steer_off()

    def _steer_off(self) -> None:
        for parameter in self._store.table.values():
            if parameter.optional:
                self._store.turn_off(parameter.name)

    def _reset(self, name: object) -> None:
        """Set a parameter, a level, a group or, without a name, everything to its default."""
        self.glides.stop()
        for place in find_group(str(name), self._store.table) if name else self._store.table:
            target = find_target(place, self._store.table)
            level, parameter = self.levels.find(target), target.parameter
            if level is not None:
                self._release((parameter.name, level))
                continue
            self._store_one(parameter, None, place, finite_or_none(parameter.default))
            if parameter.per_level:
                self._store.follow(parameter.name)

    def _put(self, place: Place, value: float, sender: Sender) -> float:
        self._hooks.on_touch(sender, self._name(place))
        name, level = place
        if level is None:
            return self._store.set(name, value)
        return self._store.set_level(name, value, level)

    def _release(self, place: Place) -> None:
        """Switch a parameter off, or let a level follow the global value."""
        self._hooks.on_touch(self._sender, self._name(place))
        name, level = place
        if level is None:
            self._store.turn_off(name)
        else:
            self._store.follow(name, level)

    def _name(self, place: Place) -> str:
        name, level = place
        return name if level is None else f"{name}/{level + 1}"

    def _told(self, name: str) -> float | int | str:
        if name.endswith(OWN):
            return self._told_own(name.removesuffix(OWN))
        plain = name.removesuffix(NORM)
        target = find_target(plain, self._store.table)
        value, parameter = self.stored(self.find(target)), target.parameter
        if math.isnan(value):
            return OFF
        if plain != name:
            return find_travel(value, parameter.minimum, parameter.maximum, parameter.curve)
        return value if parameter.kind == "float" else int(value)

    def _told_own(self, name: str) -> int:
        parameter, level = self.find(find_target(name, self._store.table))
        if level is None:
            raise ParameterError(
                f"{name} is the value for all levels: name one level, such as {name}/1{OWN}"
            )
        return int(self._store.own(parameter, level) is not None)


def is_off(arguments: Sequence[object]) -> bool:
    """Whether a message has no number, or says off."""
    word = arguments[0] if arguments else None
    off = word is None or (isinstance(word, str) and word.casefold() == OFF)
    return len(arguments) <= 1 and off


def finite_or_none(value: float) -> float | None:
    """A value; None for NaN, which means off."""
    return None if math.isnan(value) else value


def is_pressed(name: str, arguments: Sequence[object]) -> bool:
    """Whether a button's message is a press; errors call what it is sent to `name`.

    Buttons send a second message, 0, when they are released; a bang has no number at all.
    """
    bang = not arguments or arguments[0] is None
    return bang or one_number(name, arguments) >= 0.5
