"""Where two grids differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.grid import CodeGrid


@dataclass(frozen=True)
class ChangedCell:
    """A cell with the code that it has in each of two grids."""

    column: int
    band: int
    level: int
    first: int
    second: int


@dataclass(frozen=True, eq=False)
class Difference:
    """`counts` `[Q, F]` are the cells that differ in the `columns` that both grids have; `cells`
    are the first ones, by column, band and level. `differing` is in how many of the columns they
    are, and `more` how many columns the second grid has more than the first."""

    columns: int
    differing: int
    more: int
    counts: NDArray[np.int64]
    cells: tuple[ChangedCell, ...]

    @property
    def total(self) -> int:
        """How many cells differ."""
        return int(self.counts.sum())


def compare(first: CodeGrid, second: CodeGrid, most: int = 10) -> Difference:
    """Compare two grids; names up to `most` cells.

    Raises CodesError unless both are of the same codec and have the same bands and levels.
    """
    first.require_like(second)
    columns = min(len(first.codes), len(second.codes))
    one, two = first.codes[:columns], second.codes[:columns]
    differ = one != two
    places = np.unravel_index(np.flatnonzero(differ)[:most], differ.shape)
    return Difference(
        columns=columns,
        differing=int(differ.any(axis=(1, 2)).sum()),
        more=len(second.codes) - len(first.codes),
        counts=differ.sum(axis=0).T,
        cells=tuple(
            ChangedCell(column, band, level, int(one[column, band, level]),
                        int(two[column, band, level]))
            for column, band, level in zip(*(axis.tolist() for axis in places), strict=True)
        ),
    )  # fmt: skip
