"""Listening as control sees it: the input."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.live.ipc.messages import Failed, InputReport
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.audio_input import AudioInput
from distill_live.live.server.settings import ServerSettings
from distill_live.live.server.worker import Worker


class Listening:
    """What comes in from the input of a server, if its settings name one.

    `say` takes a line of text for the user.
    """

    def __init__(self, settings: ServerSettings, say: Callable[[str], None]) -> None:
        self.status, self.tap = ListeningStatus(), TapRing(1)
        self._input = None
        if settings.run_input is not None:
            self._input = AudioInput(
                settings.run_input, settings.input_options, self.tap, self.status, say
            )

    @property
    def workers(self) -> list[Worker]:
        """The processes to look after."""
        return [] if self._input is None else [self._input.worker]

    def hear(self, worker: Worker, report: InputReport | Failed) -> None:
        """Take in what one of the processes reports. Raises LiveError if the input is missing at
        the start."""
        if self._input is not None and worker is self._input.worker:
            self._input.hear(report)

    def prepare(self, worker: Worker) -> None:
        """Prepare the next process, if `worker` is one of `workers` and has failed."""
        if self._input is not None and worker is self._input.worker:
            self._input.prepare()
