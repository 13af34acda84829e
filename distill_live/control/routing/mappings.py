"""A patch at work: which parameter or request each control moves or makes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from distill_live.control.midi.event import MidiEvent
from distill_live.control.modulation.modulators import (
    LFO,
    EnvelopeFollower,
    Followed,
    Modulator,
    RandomWalk,
)
from distill_live.control.modulation.takeover import Takeover
from distill_live.control.namespace.targets import Target, UnknownLevelError, find_target
from distill_live.control.patch.schema import ParameterMapping, Patch, RequestMapping
from distill_live.control.patch.sources import (
    FollowSource,
    LfoSource,
    MidiSource,
    OscSource,
    WalkSource,
)
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.gestures import PRESS, Gesture, midi_key
from distill_live.control.timing.quantise import Quantum
from distill_live.control.timing.tempo import Tempo
from distill_live.parameters import Table

#: Where an encoder starts to turn a parameter that is off: in the middle.
_MIDDLE = 0.5
#: Controllers that carry an NRPN.
_NRPN_CONTROLLERS = (6, 38, 96, 97, 98, 99, 100, 101)


class _Knob:
    """What one mapping does to one parameter, or to one level of it."""

    def __init__(self, mapping: ParameterMapping, target: Target, actions: Actions) -> None:
        self._mapping, self._target, self._actions = mapping, target, actions
        self._takeover = Takeover(mapping.takeover)
        # Where the control left the parameter: its travel, and the resulting value.
        self._left: tuple[float, float] | None = None

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
        travel = min(max(gesture.amount, 0.0), 1.0)
        return self._takeover.move(travel, travel if standing is None else standing)

    def _value_at(self, travel: float) -> float:
        parameter = self._target.parameter
        return parameter.clip(self._mapping.value_at(parameter, travel))

    def _travel_at(self, value: float) -> float:
        return self._mapping.travel_at(self._target.parameter, value)


class ParameterBinding:
    """A mapping that moves parameters."""

    def __init__(self, mapping: ParameterMapping, table: Table, actions: Actions) -> None:
        self.name = mapping.to[0]
        self._quantum: Quantum | None = mapping.quantise
        self._actions = actions
        self._knobs = [_Knob(mapping, find_target(name, table), actions) for name in mapping.to]

    def quantum_for(self, gesture: Gesture) -> Quantum | None:
        """The beat or bar that a gesture must wait for; None: it is applied at once."""
        return self._quantum

    def apply(self, gesture: Gesture, now: float) -> None:
        """Move all parameters and levels that the model in play has.

        Raises UnknownLevelError, afterwards, if it lacks one of them.
        """
        if not 0.0 <= gesture.amount <= 1.0 and gesture.kind == "move":
            self._actions.note_clipped(f"a mapped control must send 0..1, not {gesture.amount:g}")
        lacking: UnknownLevelError | None = None
        for knob in self._knobs:
            try:
                knob.apply(gesture, now)
            except UnknownLevelError as error:
                lacking = error
        if lacking:
            raise lacking


class RequestBinding:
    """A mapping that makes a request."""

    def __init__(self, mapping: RequestMapping, actions: Actions) -> None:
        self.name = mapping.do
        self._quantum: Quantum | None = mapping.quantise
        self._arguments, self._actions = mapping.arguments, actions

    def quantum_for(self, gesture: Gesture) -> Quantum | None:
        """The beat or bar that a press must wait for; None for a release, which does nothing."""
        return self._quantum if gesture.presses else None

    def apply(self, gesture: Gesture, now: float) -> None:
        """Make the request, if the gesture is a press."""
        if gesture.presses:
            self._actions.ask(self.name, self._arguments)


Binding = ParameterBinding | RequestBinding
#: The sources that move by themselves.
Modulating = LfoSource | FollowSource | WalkSource


class _Modulation:
    """A mapping whose source is a modulator."""

    def __init__(self, source: Modulating, binding: Binding) -> None:
        self._modulator, self._binding = _modulator(source), binding
        self._follows = source.follow if isinstance(source, FollowSource) else None
        self._high = True

    def tick(self, now: float, tempo: Tempo, follow: Callable[[Followed], float]) -> None:
        followed = 0.0 if self._follows is None else follow(self._follows)
        value = self._modulator.value(now, tempo, followed)
        if isinstance(self._binding, ParameterBinding):
            self._binding.apply(Gesture("move", value), now)
            return
        # A request is made once each time the value rises through the middle.
        before, self._high = self._high, value >= 0.5
        if self._high and not before:
            self._binding.apply(PRESS, now)


@dataclass
class Bindings:
    """A patch's mappings by their sources: OSC addresses, kinds and numbers of MIDI events."""

    osc: dict[str, list[tuple[OscSource, Binding]]]
    midi: dict[tuple[str, int | None], list[tuple[MidiSource, Binding]]]
    modulations: list[_Modulation]
    devices: Mapping[str, str]
    programs: Mapping[int, str]

    @classmethod
    def of(cls, patch: Patch | None, table: Table, actions: Actions) -> Bindings:
        """The bindings of a patch that was checked with `table`; none without a patch."""
        made = cls({}, {}, [], patch.devices if patch else {}, patch.programs if patch else {})
        for mapping in patch.map if patch else ():
            binding = (
                ParameterBinding(mapping, table, actions)
                if isinstance(mapping, ParameterMapping)
                else RequestBinding(mapping, actions)
            )
            source = mapping.source
            if isinstance(source, OscSource):
                made.osc.setdefault(source.osc, []).append((source, binding))
            elif isinstance(source, MidiSource):
                made.midi.setdefault(midi_key(source), []).append((source, binding))
            else:
                made.modulations.append(_Modulation(source, binding))
        return made

    def hearing(self, event: MidiEvent) -> list[tuple[MidiSource, Binding]]:
        """The mappings that a MIDI event is for."""
        found = [
            *self.midi.get((event.kind, event.number), ()),
            *self.midi.get((event.kind, None), ()),
        ]
        return [one for one in found if one[0].hears(event, self.devices)]

    def expects(self, event: MidiEvent) -> bool:
        """Whether a controller is half of a 14-bit pair, or part of an NRPN, that is mapped."""
        pair = ("cc14", event.number % 32) in self.midi and event.number < 64
        carries = event.number in _NRPN_CONTROLLERS and any(kind == "nrpn" for kind, _ in self.midi)
        return event.kind == "cc" and (pair or carries)


def _modulator(source: Modulating) -> Modulator:
    if isinstance(source, LfoSource):
        return LFO(source.lfo, source.seconds, source.beats, source.phase)
    if isinstance(source, FollowSource):
        return EnvelopeFollower(source.attack / 1e3, source.release / 1e3, source.gain)
    return RandomWalk(source.walk)


def modulate(
    modulations: Iterable[_Modulation],
    now: float,
    tempo: Tempo,
    follow: Callable[[Followed], float],
) -> None:
    """Move every modulation on; those for levels that the model in play lacks are skipped."""
    for modulation in modulations:
        try:
            modulation.tick(now, tempo, follow)
        except UnknownLevelError:
            continue
