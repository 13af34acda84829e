"""The column that sounds, as the engine shows it to control."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

#: Columns of more codes than this are shown without them.
MAX_CODES = 1024
_HEADER = 5


class CurrentColumn(NamedTuple):
    """A column by number, its codes [F, Q] as edited, how many codes there are, and its entropy in
    bits per code; NaN where it was given, not drawn."""

    column: int
    codes: NDArray[np.int64]
    codebook_size: int
    entropy: float


class SharedColumn:
    """One `CurrentColumn` in shared memory. The engine writes, others read; nobody waits."""

    def __init__(self) -> None:
        # A count that is odd while the rest is written; column, bands, codebook size, entropy;
        # then the codes, and how many they are just before them.
        self._numbers = SharedArray((_HEADER + 1 + MAX_CODES,), "f8")

    def write(self, sounding: CurrentColumn) -> None:
        """Show this column."""
        numbers, codes = self._numbers.array, sounding.codes
        count = codes.size if codes.size <= MAX_CODES else 0
        # Odd also after an engine that ended while it wrote.
        version = int(numbers[0]) // 2 * 2 + 1
        numbers[0] = version
        fence()
        numbers[1:_HEADER] = (
            sounding.column, len(codes), sounding.codebook_size, sounding.entropy
        )  # fmt: skip
        numbers[_HEADER] = count
        numbers[_HEADER + 1 :][:count] = codes.reshape(-1)[:count]
        fence()
        numbers[0] = version + 1

    def read(self) -> CurrentColumn | None:
        """The column shown last; None before any, and while one is being written."""
        version = self._numbers.array[0]
        fence()
        numbers = self._numbers.array.copy()
        fence()
        if version == 0 or version % 2 or version != self._numbers.array[0]:
            return None
        column, bands, codebook_size = map(int, numbers[1:4])
        count = int(numbers[_HEADER])
        codes = numbers[_HEADER + 1 :][:count].astype(np.int64)
        return CurrentColumn(column, codes.reshape(bands, -1), codebook_size, float(numbers[4]))

    def clear(self) -> None:
        """Show none, while nobody else writes."""
        self._numbers.array[:] = 0.0
