"""Where processes come from: each is a fresh Python, or a fork of one that has imported torch.

Importing torch takes seconds. On Linux, where a process without threads can be forked safely, the
fork server of `multiprocessing` imports it once, and what it forks can begin to work at once.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from multiprocessing.util import get_temp_dir
from typing import Any, Protocol

#: Signals that stop the server. A terminal or a service manager sends them to all its processes.
STOP_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
#: The exit code of a fork whose fork server was killed, and which has ended with it.
SOURCE_LOST = 255

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15

_spawn = multiprocessing.get_context("spawn")


class ProcessSource(Protocol):
    """Starts processes, which get no stop signal until they unblock them."""

    def ready(self) -> bool:
        """Whether the next process starts without a wait."""

    def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        """Start a process that calls `target`, a function that can be imported by name.

        Waits until the source is ready. Raises OSError when no process can be started.
        """


class FreshProcesses:
    """Processes that have imported nothing yet, as every system can start them."""

    def ready(self) -> bool:
        """See `ProcessSource`."""
        return True

    def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        """See `ProcessSource`."""
        process = _spawn.Process(target=target, args=arguments, name=name, daemon=True)
        with _stop_signals_blocked():
            process.start()
        return process


#: The default source.
FRESH = FreshProcesses()


def warm_processes(modules: Sequence[str], patience: float = 180.0) -> ProcessSource:
    """A source of processes that use `modules`; call it once per program.

    On Linux they are forks of a process that starts to import them now. If that takes more than
    `patience` seconds, the processes are fresh ones.
    """
    return _WarmProcesses(modules, patience) if sys.platform == "linux" else FRESH


def show_name() -> None:
    """Let `top` and `ps -e` show what this process is, such as distill-engine; on Linux."""
    if sys.platform == "linux":
        name = f"distill-{multiprocessing.current_process().name}"
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())


if sys.platform == "linux":
    from multiprocessing import forkserver

    # In a fork, the process id of the fork server.
    _IMPORTED_BY = os.getpid()
    # A fork server that takes longer for a fork has been stopped, or has hung.
    _FORK_SECONDS = 10.0

    class _WarmProcesses:
        """Forks of the fork server, which has imported `modules`.

        If the fork server is killed, its forks end with it, and another one takes its place. If it
        fails, or takes longer than it may, processes are fresh ones, which can say why.
        """

        def __init__(self, modules: Sequence[str], patience: float) -> None:
            self._context = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload([__name__, *modules])
            self._patience = patience
            self._keeper: BaseProcess | None = None
            self._failed = False
            self._lock = threading.Lock()
            self._begin()
            # Runs before the exit handler of `multiprocessing`, which would wait for the keeper.
            atexit.register(self._end)

        def ready(self) -> bool:
            """See `ProcessSource`."""
            with self._lock:
                if self._keeper is not None and not self._keeper.is_alive():
                    # The fork server has been killed, and the keeper with it.
                    _kill_server()
                    self._begin()
                return self._failed or self._keeper is not None

        def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
            """See `ProcessSource`."""
            while not self.ready():
                self._waiter.join()
            if not self._failed:
                with suppress(EOFError, ConnectionError):
                    return self._fork(name, _FORK_SECONDS, target, *arguments)
            return FRESH.start(name, target, *arguments)

        def _fork(
            self, name: str, patience: float, target: Callable[..., None], *arguments: Any
        ) -> BaseProcess:
            """Start a fork; raises EOFError or ConnectionError if the fork server ends, because it
            is killed or because it has taken too long."""
            process = self._context.Process(
                target=_run_fork, args=(target, *arguments), name=name, daemon=True
            )
            watchdog = threading.Timer(patience, _kill_server)
            watchdog.daemon = True
            with _stop_signals_blocked():
                watchdog.start()
                try:
                    process.start()
                finally:
                    watchdog.cancel()
            return process

        def _begin(self) -> None:
            self._keeper = None
            try:
                with _stop_signals_blocked(), _own_modules_only():
                    forkserver.ensure_running()
            except OSError:
                self._failed = True
            # It is 0 if a newer `multiprocessing` keeps it elsewhere.
            self._failed = self._failed or not _server_id()
            self._waiter = threading.Thread(target=self._await_server, daemon=True)
            self._waiter.start()

        def _await_server(self) -> None:
            """Note when the fork server has imported everything: only then can it fork."""
            if self._failed:
                return
            try:
                self._keeper = self._fork("keeper", self._patience, _keep)
            except (EOFError, OSError):
                self._failed = True
                _kill_server()

        def _end(self) -> None:
            """End the fork server, even while it imports, so that it does not outlive control."""
            self._failed = True
            _kill_server()
            while self._waiter.is_alive():
                # It may have started another one.
                self._waiter.join(0.05)
                _kill_server()
            if self._keeper is not None:
                self._keeper.kill()

    def _keep() -> None:
        """A fork that shows that everything is imported, and that the fork server lives; it removes
        the folder of its socket if control is killed."""
        show_name()
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            # Usually, control removes it when it ends.
            time.sleep(1.0)
            shutil.rmtree(get_temp_dir(), ignore_errors=True)

    def _run_fork(target: Callable[..., None], *arguments: Any) -> None:
        # Control counts a fork as ended when the fork server is killed, and starts another one.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != _IMPORTED_BY:
            os._exit(SOURCE_LOST)
        # What is imported stays: collecting it takes time, and copies the memory that forks share.
        gc.freeze()
        target(*arguments)

    def _server_id() -> int:
        """The process id of the fork server, which `multiprocessing` does not tell; 0 for none."""
        server = getattr(forkserver, "_forkserver", None)
        return getattr(server, "_forkserver_pid", None) or 0

    def _kill_server() -> None:
        """End the fork server, and wait for its end. It may be ending already."""
        if server := _server_id():
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(server, signal.SIGKILL)
                # Without reaping it: `multiprocessing` does that.
                os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)

    @contextmanager
    def _own_modules_only() -> Iterator[None]:
        """Let a Python that is started now import nothing from the working folder."""
        before = os.environ.get("PYTHONSAFEPATH")
        os.environ["PYTHONSAFEPATH"] = "1"
        try:
            yield
        finally:
            del os.environ["PYTHONSAFEPATH"]
            if before is not None:
                os.environ["PYTHONSAFEPATH"] = before


@contextmanager
def _stop_signals_blocked() -> Iterator[None]:
    """Hold back stop signals, also for a child until it ignores them; none is lost."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        # Otherwise the first process starts it, and that unblocks SIGINT and SIGTERM.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
