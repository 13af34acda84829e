"""The codes that a prior is trained on, as crops, and judged on, in contexts as in playing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.training.data.coding import Grid
from distill_live.training.data.sequences import Ranks


class Crops(NamedTuple):
    """Crops of grids: codes `[B, T]`, a mask `real` of those that are not padding, and the ranks
    `[B, columns, 4]` of how each column sounds."""

    codes: Tensor
    real: Tensor
    ranks: Tensor


class CodeCrops:
    """Draws crops of grids: contexts of up to `columns` columns that start anywhere.

    A crop never joins two recordings: if one is short, the rest of its row is masked. Longer grids
    are drawn from more often. The same seed gives the same crops. `ranks` `[T, 4]` say how the
    columns of each grid sound; without them the crops have none.
    """

    def __init__(
        self,
        grids: list[Grid],
        columns: int,
        seed: int | np.random.Generator,
        ranks: Sequence[Ranks] = (),
    ) -> None:
        self._grids = grids
        self._ranks = ranks or [np.full((len(grid), 4), np.nan, np.float32) for grid in grids]
        self._columns = columns
        self._random = np.random.default_rng(seed)
        lengths = np.array([len(grid) for grid in grids])
        self._chances = lengths / lengths.sum()
        #: The average length of a crop, in columns.
        self.mean_columns = float((self._chances * np.minimum(lengths, columns)).sum())

    def draw(self, count: int) -> Crops:
        """The next `count` crops."""
        chosen = self._random.choice(len(self._grids), size=count, p=self._chances)
        spans = [self._span(len(self._grids[index])) for index in chosen]
        columns = max(span.stop - span.start for span in spans)
        size = self._grids[0][0].size
        codes = np.zeros((count, columns, size), dtype=np.int64)
        real = np.zeros(codes.shape, dtype=bool)
        ranks = np.full((count, columns, 4), np.nan, dtype=np.float32)
        for row, (index, span) in enumerate(zip(chosen, spans, strict=True)):
            length = span.stop - span.start
            codes[row, :length] = self._grids[index][span].reshape(length, -1)
            real[row, :length] = True
            ranks[row, :length] = self._ranks[index][span]
        return Crops(
            torch.from_numpy(codes).flatten(1),
            torch.from_numpy(real).flatten(1),
            torch.from_numpy(ranks),
        )

    def _span(self, length: int) -> slice:
        # Starts beyond either end are moved to it: few crops would reach the first and last columns
        # otherwise.
        spare = length - self._columns
        start = int(self._random.integers(-self._columns // 2, spare + self._columns // 2 + 1))
        start = min(max(start, 0), max(spare, 0))
        return slice(start, min(start + self._columns, length))


@dataclass(frozen=True)
class Window:
    """A context's codes `[T]`, a view of its grid. Those from `scored` on must be predicted."""

    codes: NDArray[np.int16]
    scored: int

    @classmethod
    def of_grid(cls, grid: Grid, first: int, context_columns: int) -> list[Self]:
        """The contexts in which a prior session predicts a grid's columns from `first` on: one for
        each anchor, half a context apart, beginning up to half a context before it."""
        half, size = context_columns // 2, grid[0].size
        found = []
        for anchor in range(first // half * half, len(grid), half):
            start = max(anchor - half, 0)
            codes = grid[start : anchor + half].reshape(-1)
            found.append(cls(codes, (max(first, anchor) - start) * size))
        return found
