"""How long a piece of work takes: its recent average, and its usual time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median


class Stopwatch:
    """Use it as `with stopwatch: ...` around each piece; see `mean` and `usual`, in seconds.

    `clock` gives the time in seconds; by a clock that stands still, nothing takes any time.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        #: A running mean over about the last ten pieces; 0 before the first.
        self.mean = 0.0
        self._recent: deque[float] = deque(maxlen=9)

    @property
    def usual(self) -> float:
        """The median of the last nine pieces, 0 before the first: one piece that was held up says
        nothing about the next."""
        return median(self._recent) if self._recent else 0.0

    def add(self, seconds: float) -> None:
        """Count in a piece that took `seconds`."""
        self.mean = self.mean + 0.1 * (seconds - self.mean) if self._recent else seconds
        self._recent.append(seconds)

    def __enter__(self) -> None:
        self._began = self._clock()

    def __exit__(self, *_: object) -> None:
        self.add(self._clock() - self._began)
