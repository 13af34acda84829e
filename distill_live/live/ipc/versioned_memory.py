"""Shared memory that is read whole or not at all, although nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

_Copied = TypeVar("_Copied")


class VersionedMemory:
    """Memory with one writer and any number of readers. The first of its `marks` counts its
    versions: it is odd while something is being written."""

    def __init__(self, marks: SharedArray) -> None:
        self._marks = marks

    @property
    def version(self) -> int:
        """Changes whenever something was written."""
        return int(self._marks.array[0])

    def _open(self) -> None:
        # Made odd even if the last writer ended while it was writing.
        self._marks.array[0] = self.version // 2 * 2 + 1
        fence()

    def _close(self) -> None:
        fence()
        self._marks.array[0] += 1

    def _read_whole(self, copy: Callable[[], _Copied], tries: int) -> _Copied | None:
        """What `copy` takes out of the memory; None if it has met the writer so many times."""
        for _ in range(tries):
            version = self.version
            fence()
            copied = copy()
            fence()
            if version % 2 == 0 and version == self.version:
                return copied
        return None
