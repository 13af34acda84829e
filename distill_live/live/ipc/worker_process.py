"""What all worker processes have in common: they obey control, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import selectors
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

from distill_live.errors import DistillError
from distill_live.live.ipc.messages import Failed
from distill_live.live.ipc.process_source import STOP_SIGNALS, show_name


def run_worker(channel: Connection, work: Callable[[], None]) -> None:
    """Do the work of a process until its channel closes. If it cannot be done, send `Failed` and
    end with exit code 1.

    Stop signals are ignored: control gets them too, and ends its workers in order.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    show_name()
    end_with_parent()
    try:
        work()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:
        if os.environ.get("DISTILL_DEBUG"):
            raise
        known = isinstance(error, DistillError)
        _say_failure(channel, str(error) if known else f"{type(error).__name__}: {error}")
        sys.exit(1)


def poller(channel: Connection) -> Callable[[float], object]:
    """A quicker `channel.poll`, for a channel that is polled hundreds of times a second: `poll`
    makes a new selector each time. The result is true if there is something to receive."""
    if sys.platform == "win32":
        return channel.poll
    selector = selectors.DefaultSelector()
    selector.register(channel, selectors.EVENT_READ)
    return selector.select


def is_closed(channel: Connection) -> bool:
    """Whether control has closed a channel, or has died; what it has sent is thrown away."""
    try:
        while channel.poll():
            channel.recv()
    except (EOFError, OSError):
        return True
    return False


def _say_failure(channel: Connection, reason: str) -> None:
    try:
        channel.send(Failed(reason))
    except OSError:
        return


def end_with_parent(grace: float = 3.0) -> None:
    """End this process, even if it hangs, `grace` seconds after its parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
