"""Standard output and standard error, written to without ever being waited for.

A pipe that nobody empties, and a terminal that was stopped by Ctrl-S, would hold up whoever writes.
"""

from __future__ import annotations

import contextlib
import select
import sys
from collections import Counter

from distill_live.commands.standard_streams import encodable, put

#: Letters, of up to four bytes, that a pipe takes at once when it takes anything.
_LETTERS = getattr(select, "PIPE_BUF", 4096) // 4


class Terminal:
    """Writes what is taken at once; what is not is left out, and told when something is again."""

    def __init__(self) -> None:
        self._left_out: Counter[bool] = Counter()

    def write(self, text: str, *, nl: bool = True, err: bool = False) -> None:
        """Write to standard output, or with `err` to standard error; neither need be there."""
        lost = self._left_out[err]
        if lost and _put(f"(lines before this one that were not taken: {lost})\n", err):
            self._left_out[err] = lost = 0
        written = not lost and _put(f"{text}\n" if nl else text, err)
        self._left_out[err] += nl and not written


def _put(text: str, err: bool) -> bool:
    """Write a text; whether all of it was taken."""
    # What the encoding lacks is longer when it is written out.
    text = encodable(text, getattr(sys.stderr if err else sys.stdout, "encoding", None))
    for start in range(0, len(text), _LETTERS):
        if not _is_ready(err):
            return False
        # What is gone for good is not missed: the sound goes on.
        with contextlib.suppress(OSError):
            put(text[start : start + _LETTERS], err)
    return True


def _is_ready(err: bool) -> bool:
    """Whether the stream takes something without waiting; where that cannot be asked, it does."""
    stream = sys.stderr if err else sys.stdout
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError, TypeError):
        return True
