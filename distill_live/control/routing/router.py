"""The one place where a message from any input becomes a parameter's value or a request.

A message comes in and is looked up (osc_messages.py, midi_events.py). It is applied to the store
(actions.py, mappings.py). Then the requests that it made are handed on, and quantised actions are
scheduled (waiting.py). Messages that cannot be used are counted and answered (reception.py).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from distill_live.control.midi.event import MidiEvent
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.namespace.targets import Levels, UnknownLevelError, find_target
from distill_live.control.patch.schema import ParameterMapping, Patch
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.gestures import Gesture
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.knob import ControlState
from distill_live.control.routing.mappings import Binding, Bindings, ParameterBinding, modulate
from distill_live.control.routing.midi_events import MidiEvents
from distill_live.control.routing.osc_messages import OscMessages, PacketResult, Service
from distill_live.control.routing.reception import Counters, Reception, fewer_errors
from distill_live.control.routing.waiting import AT, Message, PutOff, Waiting
from distill_live.control.timing.midi_clock import ClockKind
from distill_live.control.timing.schedule import Schedule
from distill_live.control.timing.tempo import Tempo
from distill_live.parameters import ParameterStore


class Router:
    """Receives messages from any input, on any thread, and applies the built-in namespace and a
    patch.

    `store` holds the parameters. `request` is called with a name of `REQUESTS` and its checked
    arguments, and may raise ParameterError; `log` is called with one line of text. `patch` adds its
    mappings to the namespace below `/distill`. `tempo` says when a beat comes, and `schedule` keeps
    quantised actions: call its `tick`, and the router's own, many times a second. `hooks` join the
    router to the rest of the instrument.

    All of these functions, and services, are called with the router's lock held: they must return
    soon and must not call the router.
    """

    def __init__(
        self,
        store: ParameterStore,
        request: Callable[[str, tuple[object, ...]], None],
        patch: Patch | None,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        tempo: Tempo | None = None,
        schedule: Schedule | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self.tempo = Tempo(clock) if tempo is None else tempo
        self.schedule = Schedule(log) if schedule is None else schedule
        self.hooks = Hooks() if hooks is None else hooks
        self._store, self._request, self._clock = store, request, clock
        self._lock = threading.RLock()
        self._reception = Reception(log, clock)
        self.counters: Counters = self._reception.counters
        #: Describes what comes in to whoever looks.
        self.incoming = self._reception.incoming
        self._actions = Actions(store, self._reception, self.hooks)
        self._waiting = Waiting(self.schedule, self.tempo, clock, self.hooks)
        self._osc = OscMessages(
            store.table, self._actions, self._reception, self._waiting, self.hooks
        )
        self._midi = MidiEvents(self._actions, self._reception, self._waiting, self.hooks)
        self.use_patch(patch)

    @property
    def last_message(self) -> str:
        """The newest message as a short text, such as "/distill/gain 0.5"; "" before any."""
        return self._reception.last_message

    @property
    def sender(self) -> Sender:
        """Whose change is being made: whatever the router calls can ask who it is for."""
        return self._actions.sender

    @property
    def addresses(self) -> Sequence[str]:
        """Every OSC address that leads somewhere; levels by their names."""
        return self._osc.addresses

    @property
    def generation(self) -> int:
        """Changes whenever an address may have come to lead elsewhere."""
        return self._osc.generation

    def use_patch(self, patch: Patch | None) -> None:
        """Replace the mappings of the patch in use by those of `patch`."""
        with self._lock:
            self._bindings = Bindings.of(patch, self._store.table, self._actions)
            self._osc.use(self._bindings.osc)

    def use_levels(self, labels: Sequence[str]) -> None:
        """Use the labels of the levels, coarse to fine, of the model that is now in play."""
        with self._lock:
            self._actions.levels = Levels(labels)
            self._osc.renew()

    def add_service(self, name: str, service: Service) -> None:
        """Let `/distill/NAME` call `service`, which may raise ParameterError."""
        with self._lock:
            self._osc.add_service(name, service)

    def travel(self, mapping: ParameterMapping) -> float:
        """Where a mapping's control would have to stand now, 0..1, for its first parameter.

        0 for a parameter that is off, and for a level that the model in play lacks.
        """
        target = find_target(mapping.to[0], self._store.table)
        try:
            value = self._actions.stored(self._actions.find(target))
        except UnknownLevelError:
            return 0.0
        return 0.0 if math.isnan(value) else mapping.travel_at(target.parameter, value)

    def control_states(self) -> list[list[ControlState | None]]:
        """Where the control of each mapping of the patch stands, in the patch's order: a list with
        an item for each parameter that it moves."""
        with self._lock:
            return [
                one.states if isinstance(one, ParameterBinding) else []
                for one in self._bindings.all
            ]

    def receive_osc(self, messages: Sequence[Message], sender: Sender = None) -> PacketResult:
        """Apply the messages of one packet as one change.

        A message that cannot be used is answered by `/distill/error ADDRESS REASON`; the others are
        applied.
        """
        with self._lock:
            self.counters.received += len(messages)
            return self._apply(messages, sender)

    def receive_midi(self, event: MidiEvent, sender: Sender = None) -> None:
        """Apply one MIDI event. Without a sender it is its device, ("midi", NAME)."""
        sender = sender or ("midi", event.device)
        with self._lock:
            with self._actions.change(sender):
                self._midi.apply(event, self._bindings)
            self._follow_up(sender)

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """Hand a message of a MIDI clock to the tempo."""
        self.tempo.receive_clock(kind, value, at)

    def tick(self, now: float) -> None:
        """Move glides and modulated parameters on, at `now` of the clock."""
        self._waiting.tick(now)
        if not (self._actions.glides or self._bindings.modulations):
            return
        with self._lock:
            with self._actions.change(None):
                self._actions.glides.tick(now)
                if self._actions.modulated:
                    modulate(self._bindings.modulations, now, self.tempo, self.hooks.follow)
            self._follow_up(None)

    def count_unknown(self, address: str, count: int) -> None:
        """Count more messages to an address that is known to lead nowhere."""
        with self._lock:
            self.counters.received += count
            self._reception.count_unknown(address, count)

    def count_overtaken(self, count: int) -> None:
        """Count messages that were left out because newer values came with them."""
        with self._lock:
            self.counters.received += count

    def count_malformed(self, sender: str, reason: str) -> None:
        """Count a packet from `sender`, given in readable form, that holds no message."""
        with self._lock:
            self._reception.note_malformed(sender, reason)

    def tell(self, kind: str, line: str) -> None:
        """Log a line about an input; at most one a second of each kind."""
        with self._lock:
            self._reception.tell(kind, line)

    def _apply(self, messages: Sequence[Message], sender: Sender) -> PacketResult:
        with self._actions.change(sender):
            replies, nowhere = self._osc.apply(messages)
        replies += self._follow_up(sender)
        return PacketResult(fewer_errors(replies), nowhere)

    def _follow_up(self, sender: Sender) -> list[Reply]:
        """Hand on what a change has asked for, now that its values are set; errors as answers."""
        attempt, panics = self._reception.attempt, self._actions.panics
        replies: list[Reply] = []
        for name, arguments in self._actions.pop_requests():
            replies += attempt(f"{ROOT}/{name}", self._request, name, arguments)
        for quantum, binding, gesture in self._waiting.pop_gestures():
            due = partial(self._perform_due, sender, panics, binding, gesture)
            moved = binding if gesture.kind == "move" else None
            replies += attempt(binding.name, self._waiting.schedule, quantum, due, moved)
        for quantum, messages in self._waiting.pop_messages().items():
            due = partial(self._apply_due, sender, panics, messages)
            put_off = PutOff(messages, panics)
            replies += attempt(AT, self._waiting.schedule_messages, quantum, put_off, due)
        self.hooks.on_change()
        return replies

    def _perform_due(self, sender: Sender, panics: int, binding: Binding, gesture: Gesture) -> None:
        """Apply a gesture whose beat has come, unless there was a panic since."""
        now = self._clock()
        with self._lock:
            if panics == self._actions.panics:
                with self._actions.change(sender):
                    attempt = self._reception.attempt
                    replies = attempt(binding.name, binding.apply, gesture, now)
                self._answer_late(sender, replies + self._follow_up(sender))

    def _apply_due(self, sender: Sender, panics: int, messages: Sequence[Message]) -> None:
        """Apply messages whose beat has come, unless there was a panic since."""
        with self._lock:
            if panics == self._actions.panics:
                self._answer_late(sender, self._apply(messages, sender).replies)

    def _answer_late(self, sender: Sender, replies: list[Reply]) -> None:
        """Answer what was done at its beat."""
        if replies:
            self.hooks.on_reply(sender, replies)
