"""Writes to standard output and standard error without ever waiting.

A pipe that nobody reads, or a terminal that was stopped by Ctrl-S, would block the writer.
"""

from __future__ import annotations

import contextlib
import select
import sys
from collections import deque

from distill_live.commands.standard_streams import encodable, put

#: How many letters, of up to four bytes, a pipe takes at once if it takes any.
_LETTERS = getattr(select, "PIPE_BUF", 4096) // 4
#: The most lines that are kept for a stream that takes nothing now.
KEPT_LINES = 200


class Terminal:
    """Writes what a stream takes at once, and keeps the rest for the next `write` or `flush`.

    A stream can refuse a line although it has room, so no line may depend on the next one. When
    `KEPT_LINES` lines are kept, further ones are dropped and counted.
    """

    def __init__(self) -> None:
        self._backlogs = {err: _Backlog(err) for err in (False, True)}

    def write(self, text: str, *, nl: bool = True, err: bool = False) -> None:
        """Write to standard output, or with `err` to standard error; either may be closed.

        A text without `nl` is not kept.
        """
        backlog = self._backlogs[err]
        if nl:
            backlog.write_line(text)
        elif backlog.flush():
            _put(text, err)

    def flush(self) -> None:
        """Write the kept lines, as far as the streams take them now."""
        for backlog in self._backlogs.values():
            backlog.flush()


class _Backlog:
    """Lines for one stream, in order."""

    def __init__(self, err: bool) -> None:
        self._err = err
        self._kept: deque[str] = deque()
        self._left_out = 0

    def write_line(self, line: str) -> None:
        self.flush()
        if len(self._kept) >= KEPT_LINES:
            self._left_out += 1
        else:
            self._kept.append(f"{line}\n")
            self.flush()

    def flush(self) -> bool:
        """Write the kept lines; returns whether all are written."""
        while self._kept:
            self._kept[0] = _put(self._kept[0], self._err)
            if self._kept[0]:
                return False
            self._kept.popleft()
            if self._left_out and not self._kept:
                self._kept.append(f"({self._left_out} lines left out)\n")
                self._left_out = 0
        return True


def _put(text: str, err: bool) -> str:
    """Write a text; returns the part that was not taken."""
    # First, because characters that the encoding lacks become longer.
    text = encodable(text, getattr(sys.stderr if err else sys.stdout, "encoding", None))
    for start in range(0, len(text), _LETTERS):
        if not _is_ready(err):
            return text[start:]
        # If the stream is gone for good, the sound still continues.
        with contextlib.suppress(OSError):
            put(text[start : start + _LETTERS], err)
    return ""


def _is_ready(err: bool) -> bool:
    """Whether the stream takes something without waiting; True if that cannot be asked."""
    stream = sys.stderr if err else sys.stdout
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError, TypeError):
        return True
