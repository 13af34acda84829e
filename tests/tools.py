"""What tests share: real programs that may be missing, and waiting without depending on speed."""

from __future__ import annotations

import importlib.util
import os
import queue
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, NoReturn

import pytest

#: Chromium's names, the cheapest first: the headless shell has no window to draw, and so takes a
#: third less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def require_program(*names: str) -> str:
    """The path of an installed program: the first of these names that is there.

    Without it the test is skipped, or fails where the environment says CI=true.
    """
    for name in names:
        if (path := shutil.which(name)) is not None:
            return path
    return leave_out(f"the program {' or '.join(map(repr, names))} is not installed")


def require_browser() -> str:
    """The path of an installed Chromium, asked for as `require_program` asks."""
    return require_program(*BROWSERS)


def require_module(name: str) -> None:
    """Ask for an installed Python module, as `require_program` does for a program."""
    if importlib.util.find_spec(name) is None:
        leave_out(f"the module {name!r} is not installed")


def require_node_module(name: str) -> dict[str, str]:
    """Ask for a module of Node's, as `require_program` does for a program; the environment in which
    Node finds it. `make test` puts them there."""
    modules = Path(sys.prefix) / "node" / "node_modules"
    if not (modules / name).is_dir():
        leave_out(f"the Node module {name!r} is not in {modules}")
    return {**os.environ, "NODE_PATH": str(modules)}


def leave_out(reason: str) -> NoReturn:
    """Skip the test, or fail it where the environment says CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and with CI=true nothing may be left out")
    pytest.skip(reason)


def read_line(stream: IO[str], timeout_s: float = 300.0) -> str:
    """The next line of a process's output, "" at its end; fails if it comes far too late."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=timeout_s)
    except queue.Empty:
        raise AssertionError(f"no line came within {timeout_s:g} s") from None


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 180.0) -> None:
    """Return soon after `condition` holds; fail, naming `what`, only long after it should have.

    It looks ever more rarely, down to twenty times a second: what it waits for needs the processor.
    """
    deadline = time.monotonic() + timeout_s
    pause_s = 0.002
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:g} s for {what}"
        time.sleep(pause_s)
        pause_s = min(1.25 * pause_s, 0.05)
