"""What `serve` shows on a terminal: lines for people, and a status line below them."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING

from distill_live.commands.terminal import Terminal
from distill_live.escapes import escape

if TYPE_CHECKING:
    from distill_live.control.router import Router
    from distill_live.live.deck import Source
    from distill_live.live.server import Server

_STATUS_SECONDS = 0.25


class StatusLine:
    """Lines for people on standard error, a status line below them where that is a terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._next = 0.0
        self._lock = threading.Lock()
        self._terminal = Terminal()

    def say(self, line: str) -> None:
        """A line on standard output, at once."""
        with self._lock:
            self._erase()
            self._terminal.write(escape(line, keep="\n"))

    def log(self, line: str) -> None:
        """A line on standard error; from any thread."""
        with self._lock:
            self._erase()
            self._terminal.write(escape(line, keep="\n"), err=True)

    def show(self, server: Server, router: Router) -> None:
        """Draw the status line again, if it is time to, and write lines that were not taken."""
        with self._lock:
            self._terminal.flush()
        if not self._live or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _STATUS_SECONDS
        engine = server.deck.status
        text = (
            f"{server.deck.name}  load {engine['load']:4.0%}  "
            f"ring {server.deck.ready_seconds:4.2f} s  "
            f"underruns {server.status['underruns']:.0f}  "
            f"{server.newest_step or 'in time'}  restarts {server.restarts}  "
            f"{_origin(server.deck.source)}{router.last_message}"
        )
        with self._lock:
            self._erase()
            self._terminal.write(
                escape(text)[: shutil.get_terminal_size().columns - 1], nl=False, err=True
            )

    def clear(self) -> None:
        """Leave an empty line for the shell."""
        with self._lock:
            self._terminal.flush()
            self._erase()

    def _erase(self) -> None:
        if self._live:
            self._terminal.write("\r\x1b[K", nl=False, err=True)


def _origin(source: Source | None) -> str:
    """Where the sound comes from, in as few words as possible, and two spaces; else nothing."""
    if source is None:
        return ""
    return "new  " if source.name is None else f"from {source.name} {source.second:.1f} s  "
