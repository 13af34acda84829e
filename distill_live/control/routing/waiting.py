"""Quantised actions: gestures of mapped controls, and the messages that `/distill/at` defers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distill_live.control.namespace.address import ROOT, Reply
from distill_live.control.routing.gestures import Gesture
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.mappings import Binding
from distill_live.control.routing.reception import printable
from distill_live.control.timing.quantise import LEGAL_IN_MESSAGES, Boundary, Quantum, parse_quantum
from distill_live.control.timing.schedule import Action, Schedule
from distill_live.control.timing.tempo import Tempo
from distill_live.errors import ParameterError
from distill_live.parameters.rounding import shown

#: An OSC message: address and arguments.
Message = tuple[str, Sequence[object]]

#: The address that puts another message off.
AT = f"{ROOT}/at"
_DONE, _WAITING = f"{ROOT}/done", f"{ROOT}/waiting"
#: The most messages of one packet, and arguments of one message, that are named in an answer.
_MOST_NAMED = 4


@dataclass(frozen=True, eq=False, slots=True)
class PutOff:
    """Messages that wait for the same beat; `panics` is how many panics there had been before."""

    messages: Sequence[Message]
    panics: int


class Waiting:
    """Collects what one change defers to a beat, then keeps it in `schedule` until that beat.

    The beats are those of `tempo`. When it changes, the next `tick` moves everything that waits.
    `clock` gives seconds; actions fire earlier by the latency of `hooks`.
    """

    def __init__(
        self, schedule: Schedule, tempo: Tempo, clock: Callable[[], float], hooks: Hooks
    ) -> None:
        self._schedule, self._tempo, self._clock, self._hooks = schedule, tempo, clock, hooks
        self._followed = (tempo.line, tempo.beats_per_bar)
        self._gestures: list[tuple[Quantum, Binding, Gesture]] = []
        self._messages: dict[Quantum, list[Message]] = {}

    def perform(self, binding: Binding, gesture: Gesture) -> None:
        """Apply a gesture now, or put it off if its mapping is quantised."""
        quantum = binding.quantum_for(gesture)
        if quantum is None:
            binding.apply(gesture, self._clock())
        else:
            self._gestures.append((quantum, binding, gesture))

    def put_off(self, quantum: Quantum, message: Message) -> None:
        """Put a message off. Messages of one change with the same quantum stay one change."""
        self._messages.setdefault(quantum, []).append(message)

    def pop_gestures(self) -> list[tuple[Quantum, Binding, Gesture]]:
        """The gestures that were put off since the last call."""
        gestures, self._gestures = self._gestures, []
        return gestures

    def pop_messages(self) -> dict[Quantum, list[Message]]:
        """The messages that were put off since the last call, by quantum."""
        messages, self._messages = self._messages, {}
        return messages

    def schedule(self, quantum: Quantum, action: Action, moved: Binding | None = None) -> None:
        """Run `action` at its beat. Raises ParameterError when too many actions wait already.

        An action that moves a control, `moved`, replaces the one that would have moved it before.
        """
        if moved is not None:
            self._schedule.cancel(moved)
        self._put(quantum, action, moved)

    def schedule_messages(self, quantum: Quantum, waiting: PutOff, action: Action) -> list[Reply]:
        """Run `action` at its beat; answers when that is heard. Raises as `schedule` does."""
        when, latency = self._put(quantum, action, waiting), self._hooks.latency()
        seconds = max(when - self._clock(), 0.0) + latency
        texts = [_text(message) for message in waiting.messages[:_MOST_NAMED]]
        if more := len(waiting.messages) - len(texts):
            texts.append(f"and {more} more")
        return [(_DONE, ("at", f"in {seconds:.1f} s: {', '.join(texts)}"))]

    def listed(self, panics: int) -> list[Reply]:
        """Answer with the messages that wait, the next one first: in how many seconds each is
        heard, its address and its arguments. A panic has cancelled those from before it."""
        found, latency = self._find(panics), self._hooks.latency()
        messages = [
            (f"{_WAITING}/message", (max(when - self._clock(), 0.0) + latency, address, *arguments))
            for when, waiting in found
            for address, arguments in waiting.messages
        ]
        return [(_WAITING, (len(messages),)), *messages]

    def cancel(self, panics: int) -> list[Reply]:
        """Cancel all messages that wait; answers how many those were."""
        found = self._find(panics)
        for _, waiting in found:
            self._schedule.cancel(waiting)
        count = sum(len(waiting.messages) for _, waiting in found)
        text = f"{count} message{'' if count == 1 else 's'} cancelled"
        return [(_DONE, ("at/cancel", text))]

    def _put(self, quantum: Quantum, action: Action, tag: Binding | PutOff | None) -> float:
        """Have an action run at its beat; returns when that is, in seconds of the clock."""
        now = self._clock()
        boundary = Boundary(quantum, self._tempo, now, self._hooks.latency())
        when = boundary.moment(now)
        self._schedule.at(when, action, tag, boundary.moment)
        return when

    def _find(self, panics: int) -> Sequence[tuple[float, PutOff]]:
        """When messages are due that wait since the last panic."""
        return [
            (when, tag)
            for when, tag in self._schedule.tags()
            if isinstance(tag, PutOff) and tag.panics == panics
        ]

    def tick(self, now: float) -> None:
        """Move the waiting actions if the tempo has changed since the last call."""
        before, self._followed = self._followed, (self._tempo.line, self._tempo.beats_per_bar)
        if self._followed != before and len(self._schedule):
            self._schedule.renew(now)


def read_at(arguments: Sequence[object]) -> tuple[Quantum, Message]:
    """Read the arguments of `/distill/at`: how long to wait, and which message to send then.

    Raises ParameterError when they are not a quantum, an address and its arguments.
    """
    if not arguments:
        raise ParameterError(f"at needs a time: {LEGAL_IN_MESSAGES}")
    quantum = parse_quantum(arguments[0], LEGAL_IN_MESSAGES)
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        raise ParameterError(
            "at takes beat, bar or a number of bars, followed by an address and its arguments"
        )
    address = arguments[1]
    if address == AT:
        raise ParameterError("a message that waits for a beat cannot contain another `at`")
    return quantum, (address, arguments[2:])


def _text(message: Message) -> str:
    """A message as a short text."""
    address, arguments = message
    return " ".join([printable(address), *map(shown, arguments[:_MOST_NAMED])])
