"""Tells the user what the engine has given up to keep up with real time."""

from __future__ import annotations

import time
from collections.abc import Callable

from distill_live.live.ipc.status import EngineStatus

#: The counter of each step, the mildest first: its name, and what it means.
_STEPS = {
    "short_lookahead": ("short lookahead", "no longer sampling ahead of what it plays"),
    "short_context": ("short context", "using a shorter context"),
    "held_loops": ("repeating", "repeating the last passage"),
}
#: How long a step counts as the newest, and the least time between two lines, in seconds.
_SECONDS = 10.0


class OverloadNotice:
    """Watches the deck that plays, and tells when its engine gave something up.

    `say` gets a line for the user, not more often than every ten seconds, about the newest step.
    """

    def __init__(
        self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._clock = say, clock
        self._status: EngineStatus | None = None
        self._counts: list[float] = []
        self._newest = self._unsaid = ""
        self._taken = self._said = -_SECONDS

    def poll(self, status: EngineStatus) -> None:
        """Look at the counters of the engine that plays; call it many times a second."""
        counts = [status[name] for name in _STEPS]
        if status is self._status:
            for name, before, now in zip(_STEPS, self._counts, counts, strict=True):
                if now > before:
                    self._newest = self._unsaid = name
                    self._taken = self._clock()
        self._status, self._counts = status, counts
        if self._unsaid and self._clock() - self._said >= _SECONDS:
            self._say(f"falling behind: {_STEPS[self._unsaid][1]}")
            self._unsaid, self._said = "", self._clock()

    @property
    def newest(self) -> str:
        """The step taken last, in two words; "" if there was none for ten seconds."""
        lately = self._newest and self._clock() - self._taken < _SECONDS
        return _STEPS[self._newest][0] if lately else ""
