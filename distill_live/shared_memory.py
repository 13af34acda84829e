"""Arrays that the control, engine and audio processes share.

The memory is a `RawArray` of a spawn context: an unlinked file (or a named mapping on Windows) that
children inherit when they start. Nothing has to be unlinked, so nothing is left behind, whichever
process is killed, and a killed child cannot take the memory of the others with it.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class SharedArray:
    """A numpy array in memory that processes started by `multiprocessing` (spawn) inherit.

    `array` has the given shape and dtype and starts as zeros. Pass the `SharedArray` itself as an
    argument of the child process. Single aligned 8-byte values may be written by one process and
    read by others without a lock.
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
