"""The recordings that a model has learned from, as codes, and how passages are found in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

#: How many columns are compared at once: 0.7 s of 85 ms columns, a figure or a beat.
WINDOW_COLUMNS = 8

Number = TypeVar("Number", bound=np.number[Any])


@dataclass(frozen=True)
class TrainingCodes:
    """What a model has learned from one recording: the path inside the folder, and the codes
    `[T, F, Q]` from the start on, without the end that was held out. `mel` is the spectrogram of
    the whole recording, packed, for training that continues; it may be missing."""

    name: str
    codes: NDArray[np.int16]
    mel: bytes = b""


class CodeTape:
    """Grids `[T, F, Q]` end to end, with gaps so long that no window covers two of them."""

    def __init__(self, grids: Sequence[NDArray[np.integer]]) -> None:
        cells = int(np.prod(grids[0].shape[1:]))
        gap = np.full((WINDOW_COLUMNS - 1, cells), -1)
        parts = [part for grid in grids for part in (grid.reshape(-1, cells), gap)]
        lengths = np.array([len(grid) + len(gap) for grid in grids])
        self._starts = np.cumsum(lengths) - lengths
        #: The codes `[F * Q, P]`, -1 in the gaps.
        self.cells: NDArray[np.int16] = np.ascontiguousarray(
            np.concatenate(parts).astype(np.int16).T
        )

    def place(self, position: int) -> tuple[int, int]:
        """(number of the grid, column in it) at a position that is not in a gap."""
        grid = int(np.searchsorted(self._starts, position, side="right")) - 1
        return grid, position - int(self._starts[grid])


class TapeWindow(Generic[Number]):
    """Compares the last columns of a stream with every place on a tape, and adds up what agrees.

    The result depends on the last `columns` columns alone, at most WINDOW_COLUMNS.
    """

    def __init__(self, tape: CodeTape, columns: int = WINDOW_COLUMNS) -> None:
        self._cells = tape.cells
        self._agreeing: deque[NDArray[Number]] = deque(maxlen=columns)

    @property
    def is_full(self) -> bool:
        """Whether it has seen as many columns as it compares."""
        return len(self._agreeing) == self._agreeing.maxlen

    def push(self, column: NDArray[np.integer], worth: NDArray[Number]) -> NDArray[Number]:
        """Take in the next column `[F, Q]`; `worth` `[F * Q]` is the value of each of its codes.

        Returns the value of the codes that agree when the last column is at each position `[P]`.
        """
        found = np.zeros(self._cells.shape[1], dtype=worth.dtype)
        for cell, code, value in zip(self._cells, column.reshape(-1), worth, strict=True):
            found += (cell == code) * value
        self._agreeing.append(found)
        total = found.copy()
        for back, agreeing in enumerate(list(self._agreeing)[-2::-1], start=1):
            total[back:] += agreeing[:-back]
        return total

    def clear(self) -> None:
        """Forget the columns."""
        self._agreeing.clear()
