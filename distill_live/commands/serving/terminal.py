"""Standard output and standard error, written to without ever being waited for.

A pipe that nobody empties, and a terminal that was stopped by Ctrl-S, would hold up whoever writes.
"""

from __future__ import annotations

import contextlib
import select
import sys
from collections import deque

from distill_live.commands.standard_streams import encodable, put

#: Letters, of up to four bytes, that a pipe takes at once when it takes anything.
_LETTERS = getattr(select, "PIPE_BUF", 4096) // 4


#: The most lines that are kept for a stream that takes nothing at the moment.
KEPT_LINES = 200


class Terminal:
    """Writes what a stream takes at once, and keeps the rest for the next `write` or `flush`.

    A stream can refuse a line although it has room, so a line must not depend on the next one. When
    `KEPT_LINES` lines are kept, further ones are left out and counted.
    """

    def __init__(self) -> None:
        self._backlogs = {err: _Backlog(err) for err in (False, True)}

    def write(self, text: str, *, nl: bool = True, err: bool = False) -> None:
        """Write to standard output, or with `err` to standard error; neither need be there.

        A text without `nl` is not kept.
        """
        backlog = self._backlogs[err]
        if nl:
            backlog.write_line(text)
        elif backlog.flush():
            _put(text, err)

    def flush(self) -> None:
        """Write the lines that were kept, as far as the streams take them now."""
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
        """Write the kept lines; whether none is left."""
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
    # Characters that the encoding lacks get longer when they are written out.
    text = encodable(text, getattr(sys.stderr if err else sys.stdout, "encoding", None))
    for start in range(0, len(text), _LETTERS):
        if not _is_ready(err):
            return text[start:]
        # What is gone for good is not missed: the sound goes on.
        with contextlib.suppress(OSError):
            put(text[start : start + _LETTERS], err)
    return ""


def _is_ready(err: bool) -> bool:
    """Whether the stream takes something without waiting; where that cannot be asked, it does."""
    stream = sys.stderr if err else sys.stdout
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError, TypeError):
        return True
