"""The pulse of the control process: calls functions many times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Tick = Callable[[float], None]


class Ticker:
    """Calls its functions `rate` times a second, on one thread, with time.monotonic().

    A function that raises is logged once, and called again at the next tick. When the machine is
    busy, ticks are left out and not made up for.
    """

    def __init__(
        self,
        rate: float = 100.0,
        log: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._period = 1.0 / rate
        self._log, self._clock = log, clock
        self._ticks: list[Tick] = []
        self._told: set[int] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, tick: Tick) -> None:
        """Call `tick` from now on; from any thread. It must return soon: all others wait for it."""
        self._ticks = [*self._ticks, tick]

    def start(self) -> None:
        """Begin to tick."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; nothing happens when it is not running."""
        if self._thread:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def tick(self, now: float) -> None:
        """Call everything once."""
        for number, tick in enumerate(self._ticks):
            try:
                tick(now)
            except Exception as error:
                if number not in self._told:
                    self._told.add(number)
                    self._log(f"{_name(tick)} failed and will be tried again: {error!r}")

    def _run(self) -> None:
        due = self._clock()
        while not self._stopping.wait(max(due - self._clock(), 0.0)):
            now = self._clock()
            self.tick(now)
            due = max(due + self._period, now)


def _name(tick: Tick) -> str:
    return str(getattr(tick, "__qualname__", tick))
