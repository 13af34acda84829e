"""Where processes come from: each is a fresh Python, or a fork of one that has imported torch.

Importing torch takes seconds. On Linux, where a process without threads can be forked safely,
`multiprocessing`'s fork server imports it once, and what it forks can begin to work at once.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from multiprocessing.util import get_temp_dir
from typing import Any, Protocol

from distill_live.live.ipc.worker_process import STOP_SIGNALS, show_name

_spawn = multiprocessing.get_context("spawn")


class ProcessSource(Protocol):
    """Starts processes. Each ends with this one, and gets no stop signal until it unblocks them."""

    @property
    def ready(self) -> bool:
        """Whether the next process starts without a wait."""

    def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        """Start a process that calls `target`, a function that can be imported by name.

        Waits until the source is ready. Raises OSError when no process can be started.
        """


class FreshProcesses:
    """Processes that have imported nothing yet, as every system can start them."""

    ready = True

    def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        """See `ProcessSource`."""
        process = _spawn.Process(target=target, args=arguments, name=name, daemon=True)
        with _stop_signals_blocked():
            process.start()
        return process


#: What everything uses that is not given another source.
FRESH = FreshProcesses()


def warm_processes(modules: Sequence[str]) -> ProcessSource:
    """The source of processes that use these modules. Where that is safe, a process begins to
    import them now, and the others are forks of it; a program calls this once."""
    return _WarmProcesses(modules) if sys.platform == "linux" else FRESH


if sys.platform == "linux":
    from multiprocessing import forkserver

    _PR_SET_PDEATHSIG = 1

    class _WarmProcesses:
        """Forks of a process that has imported `modules`.

        If that process is killed, its forks end with it, and another one takes its place; if it
        fails while it imports, the processes are fresh ones, which can say why.
        """

        def __init__(self, modules: Sequence[str]) -> None:
            self._context = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload(list(modules))
            self._keeper: BaseProcess | None = None
            self._failed = False
            # What `multiprocessing` does at the end comes later: it waits for the keeper.
            atexit.register(self._end)
            self._begin()

        @property
        def ready(self) -> bool:
            """See `ProcessSource`."""
            if self._keeper is not None and not self._keeper.is_alive():
                self._begin()
            return self._failed or self._keeper is not None

        def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
            """See `ProcessSource`."""
            if self._failed:
                return FRESH.start(name, target, *arguments)
            process = self._context.Process(
                target=_run_fork, args=(target, *arguments), name=name, daemon=True
            )
            try:
                with _stop_signals_blocked():
                    process.start()
            except (EOFError, ConnectionError):
                # The fork server has just ended.
                return FRESH.start(name, target, *arguments)
            return process

        def _begin(self) -> None:
            self._keeper = None
            with _stop_signals_blocked():
                forkserver.ensure_running()
            threading.Thread(target=self._await_server, name="fork-server", daemon=True).start()

        def _await_server(self) -> None:
            """Note when the fork server has imported everything: only then can it fork."""
            keeper = self._context.Process(target=_keep, name="keeper", daemon=True)
            try:
                keeper.start()
            except (EOFError, OSError):
                self._failed = True
            else:
                self._keeper = keeper

        def _end(self) -> None:
            """End the fork server even while it imports, so that it does not outlive control."""
            server = getattr(forkserver, "_forkserver", None)
            pid = getattr(server, "_forkserver_pid", None)
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self._keeper is not None:
                self._keeper.kill()

    def _keep() -> None:
        """A fork that shows that the fork server works, and removes the folder of its socket if
        control is killed."""
        _die_with_server()
        show_name()
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            shutil.rmtree(get_temp_dir(), ignore_errors=True)

    def _run_fork(target: Callable[..., None], *arguments: Any) -> None:
        _die_with_server()
        target(*arguments)

    def _die_with_server() -> None:
        """Let the system kill this process when the fork server is killed: control then counts it
        as ended, and starts another one."""
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


@contextmanager
def _stop_signals_blocked() -> Iterator[None]:
    """Hold back stop signals, also for a child until it ignores them; none is lost."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Started with the first process otherwise, when it lets SIGINT and SIGTERM through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
