"""A schedule: actions that run at a given time."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from distill_live.errors import ParameterError

#: The most actions that can wait.
MAX_WAITING = 1024

Action = Callable[[], object]
#: Takes the present time, and returns when an action is due as things stand.
Aim = Callable[[float], float]


@dataclass(order=True)
class _Entry:
    """An action; of two that are due at the same time, the older one runs first."""

    when: float
    number: int
    action: Action = field(compare=False)
    tag: Hashable = field(compare=False)
    aim: Aim | None = field(compare=False)


class Schedule:
    """Runs each action at the first `tick` at or after its time, in the order of the times.

    Times are in seconds of time.monotonic(). All methods may be called from any thread, and by
    actions. `log` takes a line about an action that fails.
    """

    def __init__(self, log: Callable[[str], None] = lambda line: None) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._waiting: list[_Entry] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def at(self, when: float, action: Action, tag: Hashable = None, aim: Aim | None = None) -> None:
        """Run an action at a time; if that is past, at the next tick.

        With an `aim` its time can change, see `renew`. All actions with the same `tag` can be
        cancelled together.

        Raises ParameterError when too many wait already, and unless the time is a finite number.
        """
        if not math.isfinite(when):
            raise ParameterError(f"a scheduled time must be a finite number of seconds, not {when}")
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                raise ParameterError(
                    f"{MAX_WAITING} messages are already waiting for their time: send fewer of "
                    "them ahead"
                )
            heapq.heappush(self._waiting, _Entry(when, next(self._numbers), action, tag, aim))

    def tags(self) -> list[tuple[float, Hashable]]:
        """The time and the tag of each action that waits, in the order in which they are due."""
        with self._lock:
            return [(entry.when, entry.tag) for entry in sorted(self._waiting)]

    def cancel(self, tag: Hashable) -> int:
        """Drop the actions with this tag; returns how many there were."""
        with self._lock:
            kept = [entry for entry in self._waiting if entry.tag != tag]
            forgotten = len(self._waiting) - len(kept)
            self._waiting = kept
            heapq.heapify(self._waiting)
        return forgotten

    def renew(self, now: float) -> None:
        """Ask all actions with an aim for their times again, at `now`."""
        with self._lock:
            for entry in self._waiting:
                if entry.aim is not None:
                    entry.when = entry.aim(now)
            heapq.heapify(self._waiting)

    def tick(self, now: float) -> None:
        """Run what is due at `now`. What actions schedule waits for the next tick at least."""
        with self._lock:
            newest = next(self._numbers)
        while (entry := self._pop_due(now, newest)) is not None:
            try:
                entry.action()
            except Exception as error:
                self._log(f"a scheduled message failed: {error}")

    def _pop_due(self, now: float, newest: int) -> _Entry | None:
        """The first entry that is due and older than `newest`."""
        with self._lock:
            due = [entry for entry in self._waiting[:1] if entry.when <= now]
            if not due or due[0].number > newest:
                return None
            return heapq.heappop(self._waiting)
