"""What waits for its beat: gestures of mapped controls, and what `/distill/at` sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from distill_live.control.namespace.address import ROOT, Reply
from distill_live.control.routing.gestures import Gesture
from distill_live.control.routing.mappings import Binding
from distill_live.control.timing.quantise import Boundary, Quantum
from distill_live.control.timing.schedule import Action, Schedule
from distill_live.control.timing.tempo import Tempo

#: An OSC message: address and arguments.
Message = tuple[str, Sequence[object]]
#: Does something in the name of an address, and returns what to answer when it fails.
Attempt = Callable[[str, Callable[[], None]], list[Reply]]


class Waiting:
    """Collects what one change puts off, and has `schedule` keep it until its beat of `tempo`,
    also when that changes meanwhile: somebody has to call `tick`.

    `clock` gives seconds, `latency` how many of them pass until a change is heard: by so much
    earlier it is done.
    """

    def __init__(
        self,
        schedule: Schedule,
        tempo: Tempo,
        clock: Callable[[], float],
        latency: Callable[[], float],
    ) -> None:
        self._schedule, self._tempo, self._clock, self._latency = schedule, tempo, clock, latency
        self._followed = (tempo.line, tempo.beats_per_bar)
        self._gestures: list[tuple[Binding, Gesture]] = []
        self._messages: dict[Quantum, list[Message]] = {}

    def put_off_gesture(self, binding: Binding, gesture: Gesture) -> None:
        """Let a gesture wait for the beat of its mapping; of a control's moves the last counts."""
        self._gestures.append((binding, gesture))

    def put_off_message(self, quantum: Quantum, message: Message) -> None:
        """Let a message wait; those of one change that wait for the same are one change again."""
        self._messages.setdefault(quantum, []).append(message)

    def tick(self, now: float) -> None:
        """Let what waits follow a tempo that has changed since the last time."""
        before, self._followed = self._followed, (self._tempo.line, self._tempo.beats_per_bar)
        if self._followed != before and len(self._schedule):
            self._schedule.renew(now)

    def hand_on(
        self,
        attempt: Attempt,
        perform: Callable[[Binding, Gesture], None],
        take: Callable[[Sequence[Message]], None],
    ) -> list[Reply]:
        """Schedule all that was put off since the last time: `perform` and `take` are called at its
        beat. What to answer when too much waits already."""
        gestures, self._gestures = self._gestures, []
        messages, self._messages = self._messages, {}
        replies: list[Reply] = []
        for binding, gesture in gestures:
            if gesture.kind == "move":
                self._schedule.cancel(binding)
            do = partial(perform, binding, gesture)
            replies += attempt(binding.name, partial(self._wait, binding.quantum, do, binding))
        for quantum, waiting in messages.items():
            wait = partial(self._wait, quantum, partial(take, waiting))
            replies += attempt(f"{ROOT}/at", wait)
        return replies

    def _wait(self, quantum: Quantum | None, do: Action, tag: Binding | None = None) -> None:
        now = self._clock()
        if quantum is None:
            self._schedule.at(now, do, tag)
            return
        boundary = Boundary(quantum, self._tempo, now, self._latency())
        self._schedule.at(boundary.moment(now), do, tag, boundary.moment)
