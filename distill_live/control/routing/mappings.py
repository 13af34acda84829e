"""A patch at work: which parameter or request each control moves or makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from distill_live.control.midi.event import MidiEvent
from distill_live.control.modulation.modulators import (
    LFO,
    EnvelopeFollower,
    Followed,
    Modulator,
    RandomWalk,
)
from distill_live.control.namespace.targets import UnknownLevelError, find_target
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
from distill_live.control.routing.knob import ControlState, Knob
from distill_live.control.timing.quantise import Quantum
from distill_live.control.timing.tempo import Tempo
from distill_live.parameters import Table

#: Controllers that carry an NRPN.
_NRPN_CONTROLLERS = (6, 38, 96, 97, 98, 99, 100, 101)


class ParameterBinding:
    """A mapping that moves parameters."""

    def __init__(self, mapping: ParameterMapping, table: Table, actions: Actions) -> None:
        self.name = mapping.to[0]
        self._quantum: Quantum | None = mapping.quantise
        self._actions = actions
        self._knobs = [Knob(mapping, find_target(name, table), actions) for name in mapping.to]

    @property
    def states(self) -> list[ControlState | None]:
        """Where its control stands for each of the parameters."""
        return [knob.state for knob in self._knobs]

    @property
    def waits(self) -> bool:
        """Whether its control has yet to come to where each of the parameters stands."""
        return all(state is not None and state.waits for state in self.states)

    def quantum_for(self, gesture: Gesture) -> Quantum | None:
        """The beat or bar that a gesture must wait for; None: it is applied at once."""
        return self._quantum

    def apply(self, gesture: Gesture, now: float) -> None:
        """Move all parameters and levels that the model in play has.

        Raises UnknownLevelError, afterwards, if it lacks one of them.
        """
        if not 0.0 <= gesture.amount <= 1.0 and gesture.kind == "move":
            nearest = min(max(gesture.amount, 0.0), 1.0)
            self._actions.note_clipped(
                f"a mapped control must send 0..1, not {gesture.amount:g}; {nearest:g} is used"
            )
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

    #: A button has no place of its own.
    waits = False

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
    #: One for each mapping of the patch, in its order.
    all: list[Binding] = field(default_factory=list)

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
            made.all.append(binding)
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
