"""Arrays that the control, engine and audio processes share.

The memory is a `RawArray` of a spawn context: an unlinked file (or a named mapping on Windows) that
children get when they start, fresh ones and forks of a fork server alike. Nothing has to be
unlinked, so nothing is left behind, whichever process is killed, and a killed child cannot take the
memory of the others with it.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from distill_live.memory_order import fence


class SharedArray:
    """A numpy array in memory that processes started by `multiprocessing` inherit.

    `array` has the given shape and dtype and starts as zeros. Pass the `SharedArray` itself as an
    argument of the child process. Single aligned 8-byte values may be written by one process and
    read by others without a lock; where several belong together, `fence` orders them.
    """

    array: NDArray[Any]

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        size = math.prod(shape) * np.dtype(dtype).itemsize
        memory = multiprocessing.get_context("spawn").RawArray(ctypes.c_byte, size)
        self.__setstate__((memory, shape, np.dtype(dtype).str))

    def __getstate__(self) -> tuple[Any, tuple[int, ...], str]:
        return self._memory, self.array.shape, self.array.dtype.str

    def __setstate__(self, state: tuple[Any, tuple[int, ...], str]) -> None:
        self._memory, shape, dtype = state
        self.array = np.frombuffer(self._memory, dtype=dtype).reshape(shape)


class LatchedArray:
    """Numbers (float64) that one process changes as a whole, and all see as a whole.

    The newest of two copies counts: a change is written into the other one, which counts from the
    next step of a counter on. So nobody waits for a lock, and a writer that is killed leaves what
    was there before. Pass it to children as a `SharedArray`.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._copies = SharedArray((2, *shape), "f8")
        self._changes = SharedArray((1,), "i8")

    @property
    def newest(self) -> NDArray[np.float64]:
        """What counts now, to look at a single number of; the next change but one overwrites it."""
        return self._copy(self.version)

    @property
    def version(self) -> int:
        """The number of the newest change; as long as it is the same, so are all numbers."""
        return int(self._changes.array[0])

    def read(self, out: NDArray[np.float64]) -> int:
        """Copy all numbers, as one change left them, into `out`; returns their version."""
        seen = -1
        while seen != self.version:
            seen = self.version
            fence()
            np.copyto(out, self._copy(seen))
            fence()
        return seen

    def write(self, numbers: NDArray[np.float64]) -> None:
        """Change all numbers at once. One thread of one process may do so at a time."""
        change = self.version + 1
        # The last change counts before the copy that it replaced is written again.
        fence()
        self._copy(change)[...] = numbers
        fence()
        self._changes.array[0] = change

    def _copy(self, change: int) -> NDArray[np.float64]:
        copy: NDArray[np.float64] = self._copies.array[change & 1]
        return copy
