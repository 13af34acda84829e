"""What `serve` shows on a terminal: messages for the user, and below them a status line."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from distill_live.commands.serving.terminal import Terminal
from distill_live.escapes import escape

if TYPE_CHECKING:
    from distill_live.control.routing.router import Router
    from distill_live.live.server.deck import HeardOrigin
    from distill_live.live.server.server import Server

_STATUS_SECONDS = 0.25
#: The most characters of a name, to leave room for the rest.
_LONGEST_NAME = 24


class StatusLine:
    """Messages for the user on standard error; if that is a terminal, a status line below them."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._next = 0.0
        self._lock = threading.Lock()
        self._terminal = Terminal()

    def say(self, line: str) -> None:
        """Write a line to standard output at once."""
        with self._lock:
            self._erase()
            self._terminal.write(escape(line, keep="\n"))

    def log(self, line: str) -> None:
        """Write a line to standard error; from any thread."""
        with self._lock:
            self._erase()
            self._terminal.write(escape(line, keep="\n"), err=True)

    def show(self, server: Server, router: Router) -> None:
        """Draw the status line again if it is time, and write the lines that are still kept."""
        with self._lock:
            self._terminal.flush()
        if not self._live or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _STATUS_SECONDS
        text = fit(map(escape, _parts(server, router)), shutil.get_terminal_size().columns - 1)
        with self._lock:
            self._erase()
            self._terminal.write(text, nl=False, err=True)

    def clear(self) -> None:
        """Leave an empty line for the shell."""
        with self._lock:
            self._terminal.flush()
            self._erase()

    def _erase(self) -> None:
        if self._live:
            self._terminal.write("\r\x1b[K", nl=False, err=True)


def fit(parts: Iterable[str], columns: int) -> str:
    """The parts that fit into so many columns of a terminal; the most important comes first.

    A part that is too long is left out; only the first part is cut short.
    """
    text = ""
    for part in filter(None, parts):
        longer = f"{text}  {part}" if text else part
        if cell_len(longer) <= columns:
            text = longer
        elif not text:
            text = _cut(part, columns)
    return text


def _cut(text: str, columns: int) -> str:
    """A text, cut short with an ellipsis if it is too long."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, max(columns - 1, 0)).rstrip() + "…"


def _parts(server: Server, router: Router) -> Iterator[str]:
    """The parts of the line, the most important first; counts of 0 are left out."""
    deck, status = server.deck, server.status
    yield _cut(deck.name, _LONGEST_NAME)
    yield server.overload.newest or "on time"
    yield f"underruns {status['underruns']:.0f}" if status["underruns"] else ""
    yield f"restarts {server.restarts}" if server.restarts else ""
    yield f"load {deck.status['load']:3.0%}"
    yield router.last_message
    yield _origin(deck.origin)
    yield f"ring {deck.ready_seconds:.1f} s"


def _origin(origin: HeardOrigin | None) -> str:
    """The origin of the sound in few words; "" if that is not known."""
    if origin is None:
        return ""
    if origin.name is None:
        return "new"
    return f"from {_cut(origin.name, _LONGEST_NAME)} {origin.second:.0f} s"
