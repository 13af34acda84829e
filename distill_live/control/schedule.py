"""What shall happen at a moment to come."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Hashable
from itertools import count

from distill_live.errors import ParameterError

#: So much may wait.
MAX_WAITING = 1024

Action = Callable[[], None]


class Schedule:
    """Actions by the moment when they are due, in seconds of time.monotonic(); from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[float, int, Action, Hashable]] = []
        self._numbers = count()

    def at(self, when: float, action: Action, tag: Hashable = None) -> None:
        """Let `action` be called at a moment. Raises ParameterError when too much waits already."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                raise ParameterError(
                    f"{MAX_WAITING} changes wait already: send fewer ahead of time"
                )
            heapq.heappush(self._waiting, (when, next(self._numbers), action, tag))

    def cancel(self, tag: Hashable) -> None:
        """Forget what was scheduled with this tag."""
        with self._lock:
            self._waiting = [entry for entry in self._waiting if entry[3] != tag]
            heapq.heapify(self._waiting)

    def tick(self, now: float) -> None:
        """Call, in order, all that is due."""
        while (action := self._take(now)) is not None:
            action()

    def _take(self, now: float) -> Action | None:
        with self._lock:
            if not self._waiting or self._waiting[0][0] > now:
                return None
            return heapq.heappop(self._waiting)[2]
