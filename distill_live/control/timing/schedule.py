"""Actions that wait for their time."""

from __future__ import annotations

import heapq
import itertools
import math
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from distill_live.errors import ParameterError

#: So many actions can wait.
MAX_WAITING = 1024

Action = Callable[[], object]
#: Gives the time of an action as it is now, asked with the time that it is.
Aim = Callable[[float], float]


@dataclass(order=True)
class _Entry:
    """An action; of those for the same time, the one that came first goes first."""

    when: float
    number: int
    action: Action = field(compare=False)
    tag: Hashable = field(compare=False)
    aim: Aim | None = field(compare=False)


class Schedule:
    """Runs each action at the first `tick` at or after its time, in the order of the times.

    Times are in seconds of time.monotonic(). Everything may be called from any thread, also by an
    action; `log` takes a line about an action that fails.
    """

    def __init__(self, log: Callable[[str], None] = lambda line: None) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._waiting: list[_Entry] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def at(self, when: float, action: Action, tag: Hashable = None, aim: Aim | None = None) -> None:
        """Let an action wait for a time; one that is past is run at the next tick.

        With an `aim` its time can change, see `renew`.

        Raises ParameterError when too many wait already, and for a time that is no finite number.
        """
        if not math.isfinite(when):
            raise ParameterError(f"a time to wait for is a finite number of seconds, not {when}")
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                raise ParameterError(
                    f"{MAX_WAITING} messages wait for their time already: send fewer ahead"
                )
            heapq.heappush(self._waiting, _Entry(when, next(self._numbers), action, tag, aim))

    def cancel(self, tag: Hashable) -> int:
        """Forget what waits with this tag; returns how many actions that were."""
        with self._lock:
            kept = [entry for entry in self._waiting if entry.tag != tag]
            forgotten = len(self._waiting) - len(kept)
            self._waiting = kept
            heapq.heapify(self._waiting)
        return forgotten

    def renew(self, now: float) -> None:
        """Ask for the times of all that have an aim anew, at `now`."""
        with self._lock:
            for entry in self._waiting:
                if entry.aim is not None:
                    entry.when = entry.aim(now)
            heapq.heapify(self._waiting)

    def tick(self, now: float) -> None:
        """Run what is due at `now`. What an action schedules waits for the next tick at least."""
        with self._lock:
            newest = next(self._numbers)
        while (entry := self._pop_due(now, newest)) is not None:
            try:
                entry.action()
            except Exception as error:
                self._log(f"a message that waited for its time failed: {error}")

    def _pop_due(self, now: float, newest: int) -> _Entry | None:
        """The first entry that is due and older than `newest`."""
        with self._lock:
            due = [entry for entry in self._waiting[:1] if entry.when <= now]
            if not due or due[0].number > newest:
                return None
            return heapq.heappop(self._waiting)
