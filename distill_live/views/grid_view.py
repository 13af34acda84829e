"""What a picture of a grid shows: a value for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.grid import CodeGrid

BY_LIKENESS = "like colours: like codes; light: the louder end"
BY_NUMBER = "colours: numbers of the codes, 0 dark"
CHANGED = "light: the codes differ"

# The values of cells in a picture of differences.
_SAME, _DIFFERENT = 0.0, 0.85


@dataclass(frozen=True, eq=False)
class GridView:
    """Values `[T, F, Q]`, 0 (dark) to 1 (light), of a grid whose levels have these labels.

    The first column begins at `start_seconds`. `key` says what the values mean, and `merge` what is
    shown of several cells in one place: their mean, or the largest. `scale` is false if there are
    only two values, dark and light.
    """

    values: NDArray[np.float32]
    labels: Sequence[str]
    column_seconds: float
    start_seconds: float
    key: str
    merge: Literal["mean", "largest"] = "mean"
    scale: bool = True

    @classmethod
    def of_codes(
        cls, grid: CodeGrid, orders: NDArray[np.integer] | None = None, first: int = 0
    ) -> GridView:
        """A grid whose first column is column `first` of a longer one; its codes from dark to light
        as `orders` `[Q, V]` says, for each level, else by number."""
        size = grid.codebook_size
        values = np.zeros_like(grid.codes, np.float32)
        for level in range(len(grid.level_labels)):
            ranks = np.arange(size, dtype=np.float32)
            if orders is not None:
                ranks[orders[level]] = np.arange(size)
            values[..., level] = ranks[grid.codes[..., level]] / max(size - 1, 1)
        key = BY_NUMBER if orders is None else BY_LIKENESS
        return cls(values, grid.level_labels, grid.column_seconds, first * grid.column_seconds, key)

    @classmethod
    def of_difference(cls, first: CodeGrid, second: CodeGrid) -> GridView:
        """Where two grids of the same shape differ."""
        differ = first.codes != second.codes
        values = np.where(differ, np.float32(_DIFFERENT), np.float32(_SAME))
        return cls(values, first.level_labels, first.column_seconds, 0.0, CHANGED, "largest", False)

    def of_levels(self, chosen: NDArray[np.bool_]) -> GridView:
        """The same without the levels for which `chosen` `[Q]` is false."""
        labels = [label for label, wanted in zip(self.labels, chosen, strict=True) if wanted]
        return replace(self, values=self.values[..., chosen], labels=labels)

    @property
    def end_seconds(self) -> float:
        """When the last column ends."""
        return self.start_seconds + len(self.values) * self.column_seconds

    def panels(self, most: int) -> tuple[NDArray[np.float32], int]:
        """The values `[Q, F, n]`, high bands first, at most `most` (1 or more) across; and how many
        columns are in each place. The last place may hold fewer."""
        together = max(-(-len(self.values) // most), 1)
        starts = np.arange(0, len(self.values), together)
        if self.merge == "largest":
            merged = np.maximum.reduceat(self.values, starts, axis=0)
        else:
            ends = np.minimum(starts + together, len(self.values))
            sums = np.add.reduceat(self.values, starts, axis=0, dtype=np.float32)
            merged = sums / (ends - starts).astype(np.float32)[:, None, None]
        return merged.transpose(2, 1, 0)[:, ::-1], together
