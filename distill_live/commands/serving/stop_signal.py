"""The signals that end a server."""

from __future__ import annotations

import signal
from types import FrameType

from distill_live.live.ipc.process_source import STOP_SIGNALS


class StopSignal:
    """Whether a stop signal has come, even if the shell had SIGINT ignored."""

    def __init__(self) -> None:
        self.given = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        # Acquire no lock here: the main thread may hold it.
        self.given = True
