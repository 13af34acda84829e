"""The input process as control sees it: which device it listens to, and whether that is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distill_live.errors import LiveError
from distill_live.live.ipc.messages import Failed, InputAway, InputOpened, InputReport
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.server.settings import InputTarget
from distill_live.live.server.worker import Worker


class AudioInput:
    """The input process. What comes in is written into `tap`.

    `say` takes a line of text for the user.
    """

    def __init__(
        self,
        run_input: InputTarget,
        options: Any,
        tap: TapRing,
        status: ListeningStatus,
        say: Callable[[str], None],
    ) -> None:
        self._options, self._tap, self._status, self._say = options, tap, status, say
        self._opened = self._away = False
        self.worker = Worker("input", run_input, self._arguments(), lambda: status["input_beat"])
        # PortAudio may take seconds to look for devices.
        self.worker.patience = 10.0

    def hear(self, report: InputReport | Failed) -> None:
        """Take in what the process reports. Raises LiveError if there is no such device at the
        start."""
        match report:
            case InputOpened(description):
                self._say(f"the input is {'back: ' if self._away else ''}{description}")
                self._opened, self._away = True, False
            case InputAway(reason):
                self._tell_away(reason)
            case Failed(reason) if not self._opened:
                raise LiveError(reason)
            case Failed(reason):
                self._tell_away(reason)

    def prepare(self) -> None:
        """Prepare the next process, after the last one failed: it waits for the device."""
        self._away = True
        self.worker.arguments = self._arguments()

    def give_up(self) -> str:
        """Leave the input alone if its process fails again and again before it has ever opened;
        returns a line about that, or "" if it is tried again."""
        if self._opened:
            return ""
        self.worker.give_up()
        return "the input process keeps failing: live input is off"

    def _tell_away(self, reason: str) -> None:
        self._away = True
        self._say(f"input: {reason}; the music plays on, and the input is tried again every second")

    def _arguments(self) -> tuple[Any, ...]:
        return (self._options, self._tap, self._status, self._opened)
