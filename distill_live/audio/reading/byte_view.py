"""The bytes of a file, read through a window, and parts of it that look like files of their own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

_WINDOW_BYTES = 1 << 20


class FileBytes:
    """Random access to an open file's bytes, of which a window is kept in memory.

    A memory map would be simpler, but ends the process when a disk is unplugged.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self._start, self._window = 0, b""

    def at(self, position: int, count: int) -> bytes:
        """`count` bytes from `position` on, fewer at the file's end. Raises OSError."""
        start = position - self._start
        if start < 0 or start + count > len(self._window):
            self._fill(position, count)
            start = 0
        return self._window[start : start + count]

    def find(self, pattern: bytes, position: int) -> int:
        """Where `pattern` comes next, from `position` on; -1 when it does not. Raises OSError."""
        while position < self.size:
            if not 0 <= position - self._start <= len(self._window) - len(pattern):
                self._fill(position, _WINDOW_BYTES)
            found = self._window.find(pattern, position - self._start)
            if found >= 0:
                return self._start + found
            position = max(position, self._start + len(self._window) - len(pattern)) + 1
        return -1

    def _fill(self, position: int, count: int) -> None:
        self._file.seek(position)
        self._start, self._window = position, self._file.read(max(count, _WINDOW_BYTES))


#: Bytes as they are, or a stretch of a file: (its first byte, the one after its last).
Piece = bytes | tuple[int, int]


class ByteView:
    """Pieces in a row, to be read as one file.

    `error` is the OSError that ended the reading, if one did: an exception would get lost in C.
    """

    def __init__(self, source: FileBytes, pieces: Sequence[Piece]) -> None:
        self._source, self._pieces = source, pieces
        lengths = (len(p) if isinstance(p, bytes) else p[1] - p[0] for p in pieces)
        self._starts = [0, *accumulate(lengths)]
        self._position = 0
        self.error: OSError | None = None

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move as a file does; returns the new position."""
        base = (0, self._position, self._starts[-1])[whence]
        self._position = max(base + offset, 0)
        return self._position

    def tell(self) -> int:
        """The position, in bytes."""
        return self._position

    def read(self, count: int = -1) -> bytes:
        """The next bytes, as a file gives them."""
        parts, left = [], self._starts[-1] if count < 0 else count
        while left > 0 and (part := self._next(left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _next(self, count: int) -> bytes:
        """Up to `count` bytes of the piece at the position."""
        number = bisect_right(self._starts, self._position) - 1
        if number >= len(self._pieces):
            return b""
        piece, inside = self._pieces[number], self._position - self._starts[number]
        count = min(count, self._starts[number + 1] - self._position, _WINDOW_BYTES)
        try:
            if isinstance(piece, bytes):
                part = piece[inside : inside + count]
            else:
                part = self._source.at(piece[0] + inside, count)
        except OSError as error:
            self.error, part = error, b""
        self._position += len(part)
        return part
