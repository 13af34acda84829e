"""What a control's message means: move to a position, turn by an amount, or toggle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from distill_live.control.midi import encoder
from distill_live.control.midi.event import MidiEvent
from distill_live.control.namespace.arguments import one_number
from distill_live.control.patch.sources import (
    BendSource,
    ControlChangeSource,
    MidiSource,
    NoteSource,
    NrpnSource,
    OscSource,
    PolyPressureSource,
    ProgramSource,
)
from distill_live.errors import ParameterError

#: How much of the travel one step of an encoder is, unless the patch says otherwise.
DEFAULT_STEP = 0.01


@dataclass(frozen=True)
class Gesture:
    """What was done with a control.

    "move": to `amount`, 0 at one end and 1 at the other. "turn": by `amount` of the travel, below 0
    is back. "toggle": from off to on, or back.
    """

    kind: Literal["move", "turn", "toggle"]
    amount: float = 0.0

    @property
    def presses(self) -> bool:
        """Whether it presses, for a request, which is made or not."""
        return {"move": self.amount >= 0.5, "turn": self.amount > 0, "toggle": True}[self.kind]


PRESS = Gesture("move", 1.0)


def osc_gesture(source: OscSource, arguments: Sequence[object], name: str) -> Gesture | None:
    """The gesture of an OSC message; None when it means nothing, such as releasing a trigger.

    A message without a number is a press. Raises ParameterError, about `name`, unless the message
    has a single finite number, or the argument that the source names.
    """
    if source.argument is not None:
        arguments = _chosen(source.argument, arguments, name)
    if list(arguments) in ([], [None]):
        return _button(source.mode, True)
    number = one_number(name, arguments)
    return Gesture("move", number) if source.mode is None else _button(source.mode, number >= 0.5)


def midi_gesture(source: MidiSource, event: MidiEvent) -> Gesture | None:
    """The gesture of a MIDI event of a source; None when it means nothing."""
    pressed = event.value >= 0.5
    if isinstance(source, ControlChangeSource):
        if source.encoding != "absolute":
            steps = encoder.steps(source.encoding, event.raw)
            return Gesture("turn", steps * (source.step or DEFAULT_STEP)) if steps else None
        if source.mode is not None:
            return _button(source.mode, pressed)
    if isinstance(source, NoteSource):
        struck = event.value > 0
        if source.mode in ("velocity", "number"):
            return Gesture("move", _key_travel(source, event)) if struck else None
        return _button(source.mode, struck)
    if isinstance(source, ProgramSource):
        return Gesture("toggle") if source.mode == "toggle" else PRESS
    return Gesture("move", event.value)


def midi_key(source: MidiSource) -> tuple[str, int | None]:
    """The kind and the number of a source's events; None: any number."""
    if isinstance(source, ControlChangeSource):
        return ("cc14" if source.bits == 14 else "cc"), source.cc
    if isinstance(source, NrpnSource):
        return "nrpn", source.nrpn
    if isinstance(source, NoteSource):
        return "note", _number(source.note)
    if isinstance(source, ProgramSource):
        return "program", _number(source.program)
    if isinstance(source, PolyPressureSource):
        return "poly_pressure", _number(source.poly_pressure)
    return ("bend" if isinstance(source, BendSource) else "pressure"), None


def _chosen(place: int, arguments: Sequence[object], name: str) -> Sequence[object]:
    """The argument at a place, counted from 1, alone."""
    if len(arguments) < place:
        raise ParameterError(
            f"{name} takes argument {place} of a message, and this message has {len(arguments)}"
        )
    return [arguments[place - 1]]


def _key_travel(source: NoteSource, event: MidiEvent) -> float:
    """How hard a key was struck, or where it lies between the lowest and the highest, 0..1."""
    if source.mode == "velocity":
        return event.value
    low, high = source.span
    return (event.number - low) / (high - low)


def _number(number: int | Literal["any"]) -> int | None:
    return None if isinstance(number, str) else number


def _button(mode: str | None, pressed: bool) -> Gesture | None:
    if mode in (None, "gate"):
        return Gesture("move", float(pressed))
    if not pressed:
        return None
    return Gesture("toggle") if mode == "toggle" else PRESS
