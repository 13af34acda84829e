"""MIDI events: each is looked up once among the mappings of the patch, and applied."""

from __future__ import annotations

from distill_live.control.midi.event import MidiEvent, control_name
from distill_live.control.namespace.address import Reply
from distill_live.control.patch.sources import MidiSource
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.gestures import midi_gesture
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.mappings import Binding, Bindings
from distill_live.control.routing.reception import Reception
from distill_live.control.routing.waiting import Waiting

#: Events that say again, in another way, what a "cc" has said.
_DERIVED = ("cc14", "nrpn")


class MidiEvents:
    """Applies MIDI events by `bindings`, those of the patch, within a change of `actions`."""

    def __init__(
        self, actions: Actions, reception: Reception, waiting: Waiting, hooks: Hooks
    ) -> None:
        self._actions, self._reception = actions, reception
        self._waiting, self._hooks = waiting, hooks

    def apply(self, event: MidiEvent, bindings: Bindings) -> None:
        """Apply an event; one that nothing maps is noted, unless it is being learned."""
        is_derived = event.kind in _DERIVED
        self._reception.counters.received += not is_derived
        found = bindings.hearing(event)
        preset = bindings.programs.get(event.number) if event.kind == "program" else None
        is_mapped = bool(found) or preset is not None
        if not is_mapped and (is_derived or bindings.expects(event)):
            return
        name = control_name(event)
        self._reception.note(name, (event.value,))
        if not is_mapped and not self._hooks.learns():
            self._reception.note_unmapped(name)
        replies: list[Reply] = []
        for source, binding in found:
            replies += self._reception.attempt(name, self._move, source, binding, event)
        if preset is not None:
            replies += self._reception.attempt(name, self._actions.ask, "preset", (preset,))
        target = found[0][1].name if found else "preset" if preset is not None else None
        sender = self._actions.sender
        moved = found[0][1] if found else None
        self._reception.describe(sender, name, (event.value,), target, replies, moved)

    def _move(self, source: MidiSource, binding: Binding, event: MidiEvent) -> None:
        """Perform what an event of a mapped control means."""
        gesture = midi_gesture(source, event)
        if gesture is not None:
            self._waiting.perform(binding, gesture)
