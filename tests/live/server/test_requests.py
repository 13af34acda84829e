"""Requests that wait for the main thread, while signals come."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Waits for a request. A signal comes meanwhile, and the time is over before its handler is.
WAIT = """if True:
    import os, signal, threading, time
    from distill_live.live.server.requests import Requests

    handled = []
    def note(number, frame):
        time.sleep(0.5)
        handled.append(number)

    signal.signal(signal.SIGTERM, note)
    requests = Requests(*[None] * 9)
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    end = time.monotonic() + 20
    while not handled and time.monotonic() < end:
        requests.wait(0.4)
    print("handled", len(handled))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_does_not_make_the_main_thread_wait_for_ever() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WAIT], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stdout.strip() == "handled 1", ended.stderr
