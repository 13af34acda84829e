"""Lets the threads in which an output calls the last mile run in real time."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from distill_live.live.ipc.status import LiveStatus
from distill_live.live.playback.last_mile import LastMile
from distill_live.priority import SoundThreads


class InRealTime:
    """Asks for real-time priority in each thread that renders.

    Outputs that wait until a block can be filled do not get it: they would use all processor time.
    """

    def __init__(self, source: LastMile, threads: SoundThreads, status: LiveStatus) -> None:
        self._source, self._threads, self._status = source, threads, status
        self._thread: int | None = None
        self._waits = False

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` with the next sound."""
        thread = threading.get_ident()
        if thread != self._thread and not self._waits:
            self._thread = thread
            self._status["real_time"] = self._threads.run_in_real_time()
        self._source.render(out)

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples could be rendered now without a gap."""
        self._waits = True
        return self._source.can_fill(count)

    def count_fault(self) -> None:
        """Count a fault that the device reports."""
        self._source.count_fault()

    def note_latency(self, seconds: float) -> None:
        """Note how long a sample takes to the ear, in seconds."""
        self._source.note_latency(seconds)
