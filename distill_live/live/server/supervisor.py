"""Starts the engine and the audio process, watches them, starts them again when they fail.

Control owns the supervisor. Each worker has a channel to control; when control ends, however it
ends, the channel closes and the worker goes too.
"""

from __future__ import annotations

from collections.abc import Callable

from distill_live.live.ipc.messages import Message
from distill_live.live.server.worker import Worker, WorkerFailure


class Supervisor:
    """Keeps a set of workers alive; `poll` is called many times a second by control.

    `on_message(worker, message)` is called with what workers send, `on_failure(worker, failure)`
    when one must be replaced. `on_hopeless(worker)` may change the arguments of a worker that keeps
    failing right after its start, or raise an error.
    """

    def __init__(
        self,
        *workers: Worker,
        on_message: Callable[[Worker, Message], None],
        on_failure: Callable[[Worker, WorkerFailure], None],
        on_hopeless: Callable[[Worker], None],
    ) -> None:
        self.workers = list(workers)
        self._on_message, self._on_failure = on_message, on_failure
        self._on_hopeless = on_hopeless

    def start(self) -> None:
        """Start all workers."""
        for worker in self.workers:
            worker.start()

    def add(self, worker: Worker) -> None:
        """Look after one more worker, which runs already."""
        self.workers.append(worker)

    def remove(self, worker: Worker) -> None:
        """Stop looking after a worker, which keeps running."""
        self.workers.remove(worker)

    def poll(self) -> None:
        """Hand on all new messages, start workers whose time has come, and replace failed ones."""
        for worker in self.workers:
            self._hear(worker)
            failure = None if worker.is_planned else worker.failure()
            if failure is not None:
                # Its last words may say that it is done, or why it failed.
                self._hear(worker)
                if worker.done:
                    continue
                self._on_failure(worker, failure)
                if not worker.note_failure():
                    self._on_hopeless(worker)
            worker.start_if_due()

    def _hear(self, worker: Worker) -> None:
        for message in worker.messages():
            self._on_message(worker, message)

    def end(self, grace: float = 4.0) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.end(grace)
