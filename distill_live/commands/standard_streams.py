"""Standard output and standard error that never raise, whatever the text and however full the disk.

Everything that a command prints goes through here: typer, rich and tracebacks write to `sys.stdout`
and `sys.stderr`, which are replaced while a command runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO


def encodable(text: str, encoding: str | None) -> str:
    """`text`, with letters that an encoding lacks written out as in a Python string."""
    try:
        return text.encode(encoding or "utf-8", "backslashreplace").decode(encoding or "utf-8")
    except LookupError:
        return text


def put(text: str, err: bool) -> None:
    """Write a text at once to standard output, or to standard error; neither need be there."""
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        stream.write(text)
        stream.flush()


class UnraisingStream:
    """Wraps a text stream; `error` is the first error, and all text written after it is dropped.
    Everything else is passed on to the stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text as far as possible; returns its length."""
        try:
            if self.error is None:
                self._write(text)
        except OSError as error:
            self._give_up(error)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one after the other."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Write out the buffer."""
        try:
            if self.error is None:
                self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            self._stream.write(encodable(text, self._stream.encoding))

    def _give_up(self, error: OSError) -> None:
        if isinstance(error, BlockingIOError):
            # Another program made it non-blocking, and it is full at the moment.
            return
        self.error = error
        # Text that is still in the buffer would raise again when Python ends.
        with contextlib.suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())


@contextmanager
def standard_streams() -> Iterator[Callable[[], OSError | None]]:
    """While the block runs, standard output and standard error raise nothing.

    Yields a function that returns the error by which output was lost, or None. A reader that closed
    the pipe does not count.
    """
    before = sys.stdout, sys.stderr
    out, err = (UnraisingStream(one) if one is not None else None for one in before)

    def lost() -> OSError | None:
        if out is not None:
            out.flush()
        return None if out is None or isinstance(out.error, BrokenPipeError) else out.error

    sys.stdout, sys.stderr = out, err
    try:
        yield lost
    finally:
        lost()
        sys.stdout, sys.stderr = before
