"""Codes as a prior is trained and judged on them: crops, and contexts as in playing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from distill_live.training.sequences import Grid


class CodeCrops:
    """Draws crops of grids: contexts of up to `columns` columns that start anywhere.

    A crop never joins two recordings: what a short one leaves of its row is masked. Longer grids
    are drawn from more often. The same seed gives the same crops.
    """

    def __init__(self, grids: list[Grid], columns: int, seed: int) -> None:
        self._grids = grids
        self._columns = columns
        self._random = np.random.default_rng(seed)
        lengths = np.array([len(grid) for grid in grids])
        self._chances = lengths / lengths.sum()
        #: How long a crop is on average, in columns.
        self.mean_columns = float((self._chances * np.minimum(lengths, columns)).sum())

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """The next `count` crops: codes `[B, T]`, and which of them are codes (not padding)."""
        chosen = self._random.choice(len(self._grids), size=count, p=self._chances)
        crops = [self._crop(self._grids[index]) for index in chosen]
        codes = np.zeros((count, max(map(len, crops))), dtype=np.int64)
        real = np.zeros(codes.shape, dtype=bool)
        for row, crop in enumerate(crops):
            codes[row, : len(crop)] = crop
            real[row, : len(crop)] = True
        return torch.from_numpy(codes), torch.from_numpy(real)

    def _crop(self, grid: Grid) -> Grid:
        # Starts beyond both ends are moved to them, so that the first and last columns, which few
        # crops reach, are seen as often as the others.
        spare = len(grid) - self._columns
        start = int(self._random.integers(-self._columns // 2, spare + self._columns // 2 + 1))
        start = min(max(start, 0), max(spare, 0))
        return grid[start : start + self._columns].reshape(-1)


@dataclass(frozen=True)
class Window:
    """A context's codes `[T]`; those from `scored` on are to be predicted."""

    codes: Tensor
    scored: int

    @classmethod
    def of_grid(cls, grid: Grid, first: int, context_columns: int) -> list[Self]:
        """The contexts in which a session predicts a grid's columns from `first` on: an anchor
        every half context, half a context before it, where the grid has that much."""
        half, size = context_columns // 2, grid[0].size
        found = []
        for anchor in range(first // half * half, len(grid), half):
            start = max(anchor - half, 0)
            codes = torch.from_numpy(grid[start : anchor + half].reshape(-1).astype(np.int64))
            found.append(cls(codes, (max(first, anchor) - start) * size))
        return found
