"""Starts the engine and the audio process, watches them, starts them again when they fail.

Control owns the supervisor. Each worker has a channel to control; when control ends, however it
ends, the channel closes and the worker goes too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

_spawn = multiprocessing.get_context("spawn")

#: A worker that fails this often within `QUICK_SECONDS` of its start is hopeless.
QUICK_FAILURES, QUICK_SECONDS = 3, 5.0
#: Longest pause before a worker is started again.
LONGEST_PAUSE = 2.0


@dataclass
class Worker:
    """One process to keep alive.

    `target(channel, *arguments)` is importable by name. `heartbeat` returns time.monotonic() of the
    worker's last sign of life, 0 if it gave none; after `patience` seconds without one it counts as
    hung, after `start_patience` before the first.
    """

    name: str
    target: Callable[..., None]
    arguments: tuple[Any, ...]
    heartbeat: Callable[[], float]
    patience: float = 2.0
    start_patience: float = 60.0
    restarts: int = 0
    _process: Any = field(default=None, repr=False)
    _channel: Connection | None = field(default=None, repr=False)
    _started: float = 0.0
    _start_at: float = 0.0
    _quick_failures: int = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process with a fresh channel."""
        ours, theirs = _spawn.Pipe()
        self._process = _spawn.Process(
            target=self.target, args=(theirs, *self.arguments), name=self.name, daemon=True
        )
        self._process.start()
        theirs.close()
        self._channel, self._started = ours, time.monotonic()

    def send(self, message: tuple[Any, ...]) -> None:
        """Send a request; it is lost if the worker is just being replaced."""
        if self._channel is not None:
            try:
                self._channel.send(message)
            except OSError:
                return

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """What the worker said since the last call."""
        try:
            while self._channel is not None and self._channel.poll():
                yield self._channel.recv()
        except (EOFError, OSError):
            self._channel = None

    def failure(self) -> str | None:
        """Why the worker must be replaced; None if all is well."""
        if self._process is None:
            return None
        if self._process.exitcode is not None:
            return f"ended with exit code {self._process.exitcode}"
        now = time.monotonic()
        beat = self.heartbeat()
        if beat > self._started:
            return f"hung for {now - beat:.1f} s" if now - beat > self.patience else None
        return "did not start" if now - self._started > self.start_patience else None

    def end(self, grace: float) -> None:
        """Close the channel, so that the process ends by itself; kill it after `grace` seconds."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            self._process.join(grace)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join(1.0)
            self._process = None

    def note_failure(self) -> bool:
        """Plan the next start, after a pause that grows with quick failures.

        Returns False when the process keeps failing right after its start.
        """
        quick = time.monotonic() - self._started < QUICK_SECONDS
        self._quick_failures = self._quick_failures + 1 if quick else 0
        self._start_at = time.monotonic() + min(0.25 * self._quick_failures, LONGEST_PAUSE)
        if self._quick_failures < QUICK_FAILURES:
            return True
        self._quick_failures = 0
        return False

    def revive(self) -> None:
        """Replace the failed process, once the pause is over."""
        if time.monotonic() >= self._start_at:
            self.end(0.0)
            self.restarts += 1
            self.start()


class Supervisor:
    """Keeps a set of workers alive; `poll` is called many times a second by control.

    `on_message(worker, message)` hears what workers say, `on_failure(worker, why)` that one must be
    replaced. `on_hopeless(worker)` may change the arguments of a worker that keeps failing right
    after its start, or raise.
    """

    def __init__(
        self,
        *workers: Worker,
        on_message: Callable[[Worker, tuple[Any, ...]], None],
        on_failure: Callable[[Worker, str], None],
        on_hopeless: Callable[[Worker], None],
    ) -> None:
        self.workers = workers
        self._on_message, self._on_failure = on_message, on_failure
        self._on_hopeless = on_hopeless
        self._failed: set[int | None] = set()

    def start(self) -> None:
        """Start all workers."""
        for worker in self.workers:
            worker.start()

    def poll(self) -> None:
        """Hand on all new messages and replace failed workers."""
        for worker in self.workers:
            for message in worker.messages():
                self._on_message(worker, message)
        for worker in self.workers:
            reason = worker.failure()
            if reason is None:
                continue
            if worker.pid not in self._failed:
                self._failed.add(worker.pid)
                self._on_failure(worker, reason)
                if not worker.note_failure():
                    self._on_hopeless(worker)
            worker.revive()

    def end(self, grace: float = 4.0) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.end(grace)


def ignore_interrupts() -> None:
    """In a worker: leave Ctrl-C to control, which ends the workers in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with_parent(grace: float = 3.0) -> None:
    """In a worker: make sure that this process ends, even if it hangs, once its parent is gone.

    A daemon thread sleeps until the parent ends; the worker then has `grace` seconds to go by
    itself.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
