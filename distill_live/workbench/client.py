"""The workbench as control sees it: a process that is started when it is first needed."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from distill_live.errors import RequestError
from distill_live.live.ipc.messages import Failed
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.workbench.process import run_workbench

#: The process ends when it has not been needed for so long, in seconds; its documents are on disk.
IDLE_SECONDS = 900.0


class WorkbenchClient:
    """Asks the process of the workbench, one thing at a time; from any thread.

    Documents are kept in `folder`. The process comes from `processes`.
    """

    def __init__(
        self,
        folder: Path,
        idle_seconds: float = IDLE_SECONDS,
        processes: ProcessSource = FRESH,
    ) -> None:
        self._folder, self._idle_seconds, self._processes = folder, idle_seconds, processes
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._channel: Connection | None = None
        self._timer: threading.Timer | None = None

    def ask(self, name: str, /, **arguments: Any) -> Any:
        """What the method `name` of the workbench returns. Waits for it.

        Raises RequestError with the reason when it cannot be done, also when the process ends
        while it does it; the next time, it is started again.
        """
        with self._lock:
            self._rest(None)
            try:
                status, result = self._exchange(name, arguments)
            except (EOFError, OSError) as error:
                self._end()
                raise RequestError(
                    500, "the process of the workbench has ended; try again"
                ) from error
            self._rest(self._idle_seconds)
        if status != 200:
            raise RequestError(status, result)
        return result

    def close(self) -> None:
        """End the process, if it runs."""
        with self._lock:
            self._rest(None)
            self._end()

    def _exchange(self, name: str, arguments: dict[str, Any]) -> tuple[int, Any]:
        channel = self._channel or self._start()
        channel.send((name, arguments))
        answer = channel.recv()
        if isinstance(answer, Failed):
            raise EOFError(answer.reason)
        status, result = answer
        return status, result

    def _start(self) -> Connection:
        self._channel, far_end = multiprocessing.Pipe()
        self._process = self._processes.start("workbench", run_workbench, far_end, self._folder)
        far_end.close()
        return self._channel

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.join(5.0)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
        self._process = self._channel = None

    def _rest(self, seconds: float | None) -> None:
        """End the process after so many seconds, or (None) not any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = threading.Timer(seconds, self.close)
            self._timer.daemon = True
            self._timer.start()
