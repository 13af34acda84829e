"""The column that is heard now, as the engine shows it to control."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

#: Columns with more codes than this are shown without their codes.
MAX_CODES = 1024
_HEADER = 5


class CurrentColumn(NamedTuple):
    """A column by number, its codes [F, Q] as edited, the codebook's size, and the entropy in bits
    per code, NaN for a column that was not drawn but given."""

    column: int
    codes: NDArray[np.int64]
    codebook_size: int
    entropy: float


class SharedColumn:
    """One `CurrentColumn` in shared memory. The engine writes it, others read it; nobody waits."""

    def __init__(self) -> None:
        # A count that is odd while the rest is being written; column, bands, codebook size and
        # entropy; the number of codes; the codes.
        self._numbers = SharedArray((_HEADER + 1 + MAX_CODES,), "f8")

    def write(self, current: CurrentColumn) -> None:
        """Show this column."""
        numbers, codes = self._numbers.array, current.codes
        count = codes.size if codes.size <= MAX_CODES else 0
        # Made odd even if the last engine ended while it was writing.
        version = int(numbers[0]) // 2 * 2 + 1
        numbers[0] = version
        fence()
        numbers[1:_HEADER] = (
            current.column, len(codes), current.codebook_size, current.entropy
        )  # fmt: skip
        numbers[_HEADER] = count
        numbers[_HEADER + 1 :][:count] = codes.reshape(-1)[:count]
        fence()
        numbers[0] = version + 1

    def read(self) -> CurrentColumn | None:
        """The column shown last; None before the first, and while one is being written."""
        version = self._numbers.array[0]
        if version == 0 or version % 2:
            return None
        fence()
        used = _HEADER + 1 + int(self._numbers.array[_HEADER])
        numbers = self._numbers.array[:used].copy()
        fence()
        if version != self._numbers.array[0]:
            return None
        column, bands, codebook_size = map(int, numbers[1:4])
        count = int(numbers[_HEADER])
        codes = numbers[_HEADER + 1 :][:count].astype(np.int64)
        return CurrentColumn(column, codes.reshape(bands, -1), codebook_size, float(numbers[4]))

    def clear(self) -> None:
        """Show no column, while nobody else writes."""
        self._numbers.array[:] = 0.0
