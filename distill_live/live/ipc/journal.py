"""What the engine notes while it plays: lines in shared memory, for the session log.

The engine never waits for a disk or for control: lines that do not fit are lost, and counted.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

#: Bytes that may wait to be read: some minutes of playing.
CAPACITY = 2**21

_WRITTEN, _READ, _LOST = range(3)


class JournalRing:
    """Lines of text from one process to another; one writer, one reader, nobody waits."""

    def __init__(self) -> None:
        self._bytes = SharedArray((CAPACITY,), "u1")
        self._marks = SharedArray((3,), "i8")

    @property
    def lost(self) -> int:
        """How many lines were lost for lack of room."""
        return int(self._marks.array[_LOST])

    def write(self, line: str) -> None:
        """Append a line without line breaks."""
        data = np.frombuffer(line.encode() + b"\n", np.uint8)
        start = int(self._marks.array[_WRITTEN])
        if len(data) > CAPACITY - (start - int(self._marks.array[_READ])):
            self._marks.array[_LOST] += 1
            return
        fence()
        first = start % CAPACITY
        head = min(len(data), CAPACITY - first)
        self._bytes.array[first : first + head] = data[:head]
        self._bytes.array[: len(data) - head] = data[head:]
        # Last, so that the reader never sees half a line.
        fence()
        self._marks.array[_WRITTEN] = start + len(data)

    def read(self) -> list[str]:
        """All lines since the last call."""
        start, end = int(self._marks.array[_READ]), int(self._marks.array[_WRITTEN])
        fence()
        first, count = start % CAPACITY, end - start
        head = min(count, CAPACITY - first)
        data = bytes(self._bytes.array[first : first + head])
        data += bytes(self._bytes.array[: count - head])
        fence()
        self._marks.array[_READ] = end
        return data.decode().splitlines()


def as_lists(codes: NDArray[np.int64]) -> list[Any]:
    """One column's codes [1, F, Q] as lists of numbers, a list per band."""
    listed: list[Any] = codes[0].tolist()
    return listed


class Journal:
    """Notes what happens in a ring, or nowhere."""

    def __init__(self, ring: JournalRing | None = None) -> None:
        self._ring = ring

    def note(self, op: str, **fields: Any) -> None:
        """Note one thing that happened: its name, and what a replay needs to know about it."""
        if self._ring is not None:
            self._ring.write(json.dumps({"op": op, **fields}, separators=(",", ":")))
