"""A process that control keeps alive, as control sees it."""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple

from distill_live.live.ipc.messages import Message, Request
from distill_live.live.ipc.process_source import FRESH, SOURCE_LOST, ProcessSource

#: Requests to send, in order; an event is set when all before it are sent, None ends the sending.
Requests = queue.SimpleQueue[Request | threading.Event | None]

#: A worker is hopeless after so many failures in a row, each within its `quick_seconds` after its
#: first sign of life.
QUICK_FAILURES, QUICK_SECONDS = 3, 5.0
#: Longest pause before a worker is started again.
LONGEST_PAUSE = 2.0


class WorkerFailure(NamedTuple):
    """Why a worker must be replaced, in words, and whether it `crashed`: it hung, or a signal ended
    it, so that it could not report what had happened."""

    reason: str
    crashed: bool = False


@dataclass
class Worker:
    """A process and the channel to it.

    `target(channel, *arguments)` can be imported by name; its process comes from `source`.
    `heartbeat` returns time.monotonic() of the worker's last sign of life, 0 before the first. A
    worker counts as hung after `patience` seconds without one, or `start_patience` seconds before
    the first. A worker that is `done` may end.
    """

    name: str
    target: Callable[..., None]
    arguments: tuple[Any, ...]
    heartbeat: Callable[[], float]
    source: ProcessSource = field(default=FRESH, repr=False)
    patience: float = 2.0
    start_patience: float = 60.0
    quick_seconds: float = QUICK_SECONDS
    restarts: int = 0
    done: bool = False
    _process: BaseProcess | None = field(default=None, repr=False)
    _channel: Connection | None = field(default=None, repr=False)
    _requests: Requests | None = field(default=None, repr=False)
    _waiting: list[Request] = field(default_factory=list, repr=False)
    _started: float = 0.0
    _left: float = 0.0
    _alive_since: float = 0.0
    _start_at: float | None = None
    _quick_failures: int = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process; if its source is not ready, a later `start_if_due` does."""
        self._start_at = time.monotonic()
        self.start_if_due()

    def start_if_due(self) -> None:
        """Start a process that is planned, once its pause is over and its source is ready; a failed
        one before it is killed."""
        if self._start_at is None or time.monotonic() < self._start_at or not self.source.ready():
            return
        if self._process is not None:
            # Killed before its channel closes: a hanging process must not wake up and carry on.
            self._process.kill()
            self.end(1.0)
            self.restarts += 1
        self._launch()

    def _launch(self) -> None:
        """Start the process with a fresh channel."""
        ours, theirs = multiprocessing.Pipe()
        self._process = self.source.start(self.name, self.target, theirs, *self.arguments)
        theirs.close()
        self._requests = queue.SimpleQueue()
        for request in self._waiting:
            self._requests.put(request)
        self._waiting.clear()
        threading.Thread(
            target=_send_all, args=(ours, self._requests), name=f"to-{self.name}", daemon=True
        ).start()
        self._channel, self._started, self._alive_since = ours, time.monotonic(), 0.0
        self._start_at = None

    def send(self, request: Request) -> None:
        """Send a request, without ever waiting. A worker that is yet to start gets it then; what it
        had received when it failed is lost."""
        if self.is_planned:
            self._waiting.append(request)
        elif self._requests is not None:
            self._requests.put(request)

    def flush(self, seconds: float) -> None:
        """Wait until all requests are sent, `seconds` at most; not at all if it is yet to start.

        What is written into shared memory afterwards is seen after those requests.
        """
        if self._requests is not None and not self.is_planned:
            sent = threading.Event()
            self._requests.put(sent)
            sent.wait(seconds)

    def messages(self) -> Iterator[Message]:
        """What the worker has sent since the last call."""
        channel = self._channel
        try:
            while channel is not None and channel.poll():
                yield channel.recv()
        except (EOFError, OSError):
            self._channel = None

    def failure(self) -> WorkerFailure | None:
        """Why the worker must be replaced; None if it works."""
        if self._process is None:
            return None
        code = self._process.exitcode
        if code == SOURCE_LOST:
            return WorkerFailure("ended with the process that it was a fork of")
        if code is not None:
            return WorkerFailure(f"ended with exit code {code}", crashed=code < 0)
        now = time.monotonic()
        beat = self.heartbeat()
        if beat > self._started:
            self._alive_since = self._alive_since or now
            hung = now - beat > self.patience
            reason = f"did not respond for {now - beat:.1f} s"
            return WorkerFailure(reason, crashed=True) if hung else None
        late = now - self._started > self.start_patience
        return WorkerFailure("did not start") if late else None

    @property
    def is_planned(self) -> bool:
        """Whether it is yet to start, for the first time or after it has failed."""
        return self._start_at is not None

    @property
    def quick_failures(self) -> int:
        """How many times in a row it failed right after its start."""
        return self._quick_failures

    def give_up(self) -> None:
        """Do not start it again when it fails."""
        self.done, self._start_at = True, None

    def take_up(self) -> None:
        """Start it again, although it was given up."""
        self.done, self._start_at = False, time.monotonic()

    def note_failure(self) -> bool:
        """Plan the next start, after a pause that grows with quick failures.

        Returns False when the process keeps failing right after it starts.
        """
        now = time.monotonic()
        quick = not self._alive_since or now - self._alive_since < self.quick_seconds
        self._quick_failures = self._quick_failures + 1 if quick else 0
        # The first time it is replaced at once: then its sound has not run out.
        self._start_at = now + min(0.25 * max(self._quick_failures - 1, 0), LONGEST_PAUSE)
        if self._quick_failures < QUICK_FAILURES:
            return True
        self._quick_failures = 0
        return False

    def leave(self) -> None:
        """Close the channel, so that the process ends by itself; do not wait for that. One that is
        yet to start does not."""
        self._start_at = None
        if self._requests is not None:
            self._requests.put(None)
            self._requests = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._left = time.monotonic()

    def is_gone(self, grace: float) -> bool:
        """Whether the process has ended, or never started. When called repeatedly after `leave`, it
        kills a process that has not ended after `grace` seconds."""
        if self._process is None:
            return True
        if self._process.exitcode is None:
            if time.monotonic() - self._left > grace:
                self._process.kill()
            return False
        self._process = None
        return True

    def end(self, grace: float) -> None:
        """Let the process end by itself and wait for it; kill it after `grace` seconds."""
        self.leave()
        if self._process is not None:
            self._process.join(grace)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join(1.0)
            self._process = None


def _send_all(channel: Connection, requests: Requests) -> None:
    """Send what is put into the queue, in order, until None or until the channel closes."""
    while (request := requests.get()) is not None:
        if isinstance(request, threading.Event):
            request.set()
            continue
        data = ForkingPickler.dumps(request)
        try:
            channel.send_bytes(data)
        except (OSError, ValueError, TypeError):
            # A TypeError: another thread closed the channel between its check and the writing.
            return
