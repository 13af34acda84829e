"""The one place where a message from any input becomes a parameter's value or a request."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from distill_live.control.midi.event import MidiEvent, control_name
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.namespace.targets import Levels, UnknownLevelError, find_target
from distill_live.control.patch.schema import ParameterMapping, Patch
from distill_live.control.patch.sources import MidiSource, OscSource
from distill_live.control.routing.actions import Actions
from distill_live.control.routing.address_book import AddressBook, Handler
from distill_live.control.routing.gestures import Gesture, midi_gesture, osc_gesture
from distill_live.control.routing.mappings import Binding, Bindings, modulate
from distill_live.control.routing.reception import Counters, Reception, fewer_errors
from distill_live.control.routing.waiting import Message, Waiting
from distill_live.control.timing.midi_clock import ClockKind
from distill_live.control.timing.quantise import LEGAL_IN_MESSAGES, parse_quantum
from distill_live.control.timing.schedule import Schedule
from distill_live.control.timing.tempo import Tempo
from distill_live.errors import ParameterError
from distill_live.parameters import ParameterStore

#: An action of one's own: a message's arguments and its sender; may answer.
Verb = Callable[[Sequence[object], Sender], list[Reply]]

#: The most addresses that one packet reaches by patterns; the largest packet holds fewer messages.
MAX_REACHED = 8192
#: What MIDI says a second time, in another way.
_DERIVED = ("cc14", "nrpn")


class Router:
    """Takes messages from any input, on any thread, and applies the built-in namespace and a patch.

    `store` receives parameter values, and its table says which there are; `request` is called with
    a name of `REQUESTS` and its checked arguments, and may raise ParameterError; `log` with one
    line of text. `patch` adds its mappings to the namespace below `/distill`. `tempo` says when a
    beat comes, `schedule` keeps what waits for one: somebody has to call its `tick`, and the
    router's own.

    Whatever is called (`request`, `log`, the `on_` functions, verbs) is called with the router's
    lock held: it must return soon and not call back.
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
    ) -> None:
        self._reception = Reception(log, clock)
        self.counters: Counters = self._reception.counters
        self.tempo = Tempo(clock) if tempo is None else tempo
        self.schedule = Schedule(log) if schedule is None else schedule
        #: Called with the sender and the name of each parameter, or PARAMETER/LEVEL, that it moves.
        self.on_touch: Callable[[Sender, str], None] = lambda sender, name: None
        #: Called with what to answer a sender of whom something had to wait.
        self.on_reply: Callable[[Sender, list[Reply]], None] = lambda sender, replies: None
        #: The output's level, 1 is full scale, for what follows it.
        self.level: Callable[[], float] = lambda: 0.0
        #: How many seconds pass until a change is heard: what waits for a beat comes earlier by it.
        self.latency: Callable[[], float] = lambda: 0.0
        #: Whether a control that the patch does not map is being learned.
        self.learns: Callable[[], bool] = lambda: False
        #: Changes whenever an address may have come to lead elsewhere.
        self.generation = 0
        self._store, self._clock = store, clock
        self._request = request
        self._verbs: dict[str, Verb] = {}
        self._lock = threading.RLock()
        self._actions = Actions(store, self._reception.note_clipped, self._touch)
        self._waiting = Waiting(self.schedule, self.tempo, clock, lambda: self.latency())
        self._reached = 0
        self.use_patch(patch)

    @property
    def last_message(self) -> str:
        """The message taken last, as a short text, such as "/distill/gain 0.5"; "" before any."""
        return self._reception.last_message

    @property
    def sender(self) -> Sender:
        """Who made the change in hand: whoever is called by the router can ask who it is for."""
        return self._actions.sender

    @property
    def addresses(self) -> Sequence[str]:
        """Every OSC address that leads somewhere; levels by their names."""
        return self._book.addresses

    @property
    def levels(self) -> Sequence[str]:
        """The names of the levels of the model in play, coarse to fine."""
        return self._actions.levels.names

    def use_patch(self, patch: Patch | None) -> None:
        """Replace the mappings of the patch in use by those of `patch`."""
        with self._lock:
            self._bindings = Bindings.of(patch, self._store.table, self._actions)
            self._renew()

    def use_levels(self, labels: Sequence[str]) -> None:
        """Take the labels of the levels, coarse to fine, of the model that is now in play."""
        with self._lock:
            self._actions.levels = Levels(labels)
            self._renew()

    def add_verb(self, name: str, verb: Verb) -> None:
        """Let `/distill/NAME` do something of one's own; it may raise ParameterError."""
        with self._lock:
            self._verbs[name] = verb
            self._renew()

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

    def receive_osc(self, messages: Sequence[Message], sender: Sender = None) -> list[Reply]:
        """Apply the messages of one packet as one change; what to answer their sender.

        What is refused is answered by `/distill/error ADDRESS REASON`; the rest is applied.
        """
        with self._lock:
            self.counters.received += len(messages)
            return self._change(sender, partial(self._take_all, messages))

    def receive_midi(self, event: MidiEvent, sender: Sender = None) -> None:
        """Apply one MIDI event. Without a sender it is its device, ("midi", NAME)."""
        with self._lock:
            self._change(sender or ("midi", event.device), partial(self._take_midi, event))

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """Hand a message of a MIDI clock to the tempo."""
        self.tempo.receive_clock(kind, value, at)

    def receive_unmapped(self, name: str) -> None:
        """Note a message, such as "sysex", that no patch can map."""
        with self._lock:
            self.counters.received += 1
            self._reception.note(name, ())
            self._reception.note_unmapped(name)

    def tick(self, now: float) -> None:
        """Move on what glides and what moves by itself, at `now` of the clock."""
        self._waiting.tick(now)
        if not (self._actions.glides or self._bindings.modulations):
            return
        with self._lock:
            self._change(None, partial(self._move_on, now))

    def knows(self, address: str) -> bool:
        """Whether an OSC address leads anywhere, in this generation."""
        try:
            return bool(self._book.find(address))
        except ParameterError:
            return False

    def count_unknown(self, address: str, count: int) -> None:
        """Count more messages to an address that is known to be unknown."""
        with self._lock:
            self.counters.received += count
            self._reception.count_unknown(address, count)

    def count_overtaken(self, count: int) -> None:
        """Note more messages whose values were not taken, because newer ones came with them."""
        with self._lock:
            self.counters.received += count

    def count_malformed(self, source: str, reason: str) -> None:
        """Note a packet from `source` that holds no message."""
        with self._lock:
            self._reception.note_malformed(source, reason)

    def tell(self, kind: str, line: str) -> None:
        """Log a line about an input; at most one a second of each kind."""
        with self._lock:
            self._reception.tell(kind, line)

    def _change(self, sender: Sender, work: Callable[[], list[Reply]]) -> list[Reply]:
        """Do some work as one change, then what follows from it; what to answer."""
        self._reached = 0
        with self._actions.change(sender):
            replies = work()
        replies += self._hand_on()
        replies += self._put_off(sender)
        return fewer_errors(replies)

    def _hand_on(self) -> list[Reply]:
        """Hand on the requests that were made, now that the parameters are set."""
        asked, self._actions.asked = self._actions.asked, []
        replies: list[Reply] = []
        for name, arguments in asked:
            hand_on = partial(self._request, name, arguments)
            replies += self._reception.attempt(f"{ROOT}/{name}", hand_on)
        return replies

    def _put_off(self, sender: Sender) -> list[Reply]:
        """Let wait for its beat what shall."""
        panics = self._actions.panics
        return self._waiting.hand_on(
            self._reception.attempt,
            partial(self._perform_due, sender, panics),
            partial(self._take_due, sender, panics),
        )

    def _take_all(self, messages: Sequence[Message]) -> list[Reply]:
        replies: list[Reply] = []
        for address, arguments in messages:
            self._reception.note(address, arguments)
            try:
                found = self._book.find(address)
            except ParameterError as error:
                replies += self._reception.refuse(address, error)
                continue
            if not found:
                reason = self._book.explain_unknown(address)
                replies.append(self._reception.note_unknown(address, reason))
            for meant, handler in found:
                replies += self._reception.attempt(meant, partial(self._reach, handler, arguments))
        return replies

    def _reach(self, handler: Handler, arguments: Sequence[object]) -> list[Reply]:
        self._reached += 1
        if self._reached > MAX_REACHED:
            raise ParameterError(
                f"one packet can reach at most {MAX_REACHED} addresses: split it into several"
            )
        return handler(arguments)

    def _take_midi(self, event: MidiEvent) -> list[Reply]:
        name, found = control_name(event), self._bindings.hearing(event)
        preset = self._bindings.programs.get(event.number) if event.kind == "program" else None
        known = found or preset is not None
        self.counters.received += event.kind not in _DERIVED
        if not known and (event.kind in _DERIVED or self._bindings.expects(event)):
            return []
        self._reception.note(name, (event.value,))
        if not known and not self.learns():
            self._reception.note_unmapped(name)
        for source, binding in found:
            self._reception.attempt(name, partial(self._take_source, source, binding, event))
        if preset is not None:
            self._reception.attempt(name, partial(self._actions.ask, "preset", (preset,)))
        return []

    def _take_source(self, source: MidiSource, binding: Binding, event: MidiEvent) -> None:
        gesture = midi_gesture(source, event)
        if gesture is not None:
            self._perform(binding, gesture)

    def _take_mapped(
        self, source: OscSource, binding: Binding, arguments: Sequence[object]
    ) -> list[Reply]:
        gesture = osc_gesture(source, arguments, binding.name)
        if gesture is not None:
            self._perform(binding, gesture)
        return []

    def _perform(self, binding: Binding, gesture: Gesture) -> None:
        if binding.waits_for(gesture):
            self._waiting.put_off_gesture(binding, gesture)
        else:
            binding.take(gesture, self._clock())

    def _perform_due(self, sender: Sender, panics: int, binding: Binding, gesture: Gesture) -> None:
        """What waited for its beat; panic has made it void."""
        take = partial(binding.take, gesture, self._clock())
        with self._lock:
            if panics == self._actions.panics:
                self._change(sender, partial(self._reception.attempt, binding.name, take))

    def _take_due(self, sender: Sender, panics: int, messages: Sequence[Message]) -> None:
        with self._lock:
            if panics != self._actions.panics:
                return
            replies = self._change(sender, partial(self._take_all, messages))
            if replies:
                self.on_reply(sender, replies)

    def _at(self, arguments: Sequence[object]) -> list[Reply]:
        """Put a message off to the next beat, bar or bars."""
        if not arguments:
            raise ParameterError(f"at needs a time: {LEGAL_IN_MESSAGES}")
        quantum = parse_quantum(arguments[0], LEGAL_IN_MESSAGES)
        if len(arguments) < 2 or not isinstance(arguments[1], str):
            raise ParameterError(
                "at takes beat, bar or a number of bars, followed by an address and its arguments"
            )
        address = arguments[1]
        if address == f"{ROOT}/at":
            raise ParameterError("a message that waits for a beat cannot contain another `at`")
        if not self._book.find(address):
            raise ParameterError(self._book.explain_unknown(address))
        self._waiting.put_off_message(quantum, (address, arguments[2:]))
        return []

    def _move_on(self, now: float) -> list[Reply]:
        self._actions.glides.tick(now)
        if self._actions.modulated:
            modulate(self._bindings.modulations, now, self.tempo, self.level())
        return []

    def _touch(self, sender: Sender, name: str) -> None:
        self.on_touch(sender, name)

    def _renew(self) -> None:
        """Make the address book anew: something that it depends on has changed."""
        verbs: dict[str, Handler] = {"at": self._at}
        verbs |= {name: partial(self._call, verb) for name, verb in self._verbs.items()}
        mapped = {
            address: [partial(self._take_mapped, source, binding) for source, binding in found]
            for address, found in self._bindings.osc.items()
        }
        self._book = AddressBook(self._store.table, self._actions, verbs, mapped)
        self.generation += 1

    def _call(self, verb: Verb, arguments: Sequence[object]) -> list[Reply]:
        return verb(arguments, self._actions.sender)
