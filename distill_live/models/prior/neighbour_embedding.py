"""Codes as vectors, each by a table for its distance from the code to predict."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class NeighbourEmbedding(nn.Module):
    """The input of a code's network: its cell, and the codes at fixed distances before it.

    All tables are in one, `weight [rows, D]`: for each neighbour a row per level and code and one
    for "before the start", then a row per cell. Minutes of material are too little for attention to
    learn where to look; a table for every distance needs to learn no such thing.
    """

    def __init__(
        self,
        neighbours: tuple[int, ...],
        codebook_size: int,
        levels: int,
        column_codes: int,
        width: int,
    ) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.codebook_size, self.levels, self.column_codes = codebook_size, levels, column_codes
        self.span = levels * codebook_size + 1
        rows = len(neighbours) * self.span + column_codes
        self.weight = nn.Parameter(torch.randn(rows, width).mul_(0.02))

    def forward(self, codes: Tensor, blind: bool = False) -> Tensor:
        """Codes `[B, T]` to the sum of their rows `[B, T, D]`; the first begins a column.

        If `blind`, each column is treated as if it were the first.
        """
        rows = self.rows(codes)
        if blind:
            rows = self._without_past(rows)
        summed = functional.embedding_bag(rows.flatten(0, 1), self.weight, mode="sum")
        return summed.view(*codes.shape, -1)

    def rows(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to the rows `[B, T, neighbours + 1]` that each position sums."""
        length = codes.shape[1]
        places = torch.arange(length, device=codes.device)
        known = codes + places % self.levels * self.codebook_size
        found = []
        for number, distance in enumerate(self.neighbours):
            shifted = functional.pad(known, (distance, 0), value=self.span - 1)[:, :length]
            found.append(shifted + number * self.span)
        cells = places % self.column_codes + len(found) * self.span
        return torch.stack([*found, cells.expand_as(codes)], dim=-1)

    def _without_past(self, rows: Tensor) -> Tensor:
        """Rows `[B, T, neighbours + 1]` in which no code looks back beyond its own column."""
        cells = torch.arange(rows.shape[1], device=rows.device) % self.column_codes
        distances = torch.tensor([*self.neighbours, 0], device=rows.device)
        starts = torch.arange(1, len(distances) + 1, device=rows.device) * self.span - 1
        return torch.where(distances > cells[:, None], starts, rows)

    def rows_at(self, cell: int, before: list[int]) -> list[int]:
        """The rows that one position sums, `cell` in its column; `before` ends with the code before
        it and reaches back to the farthest neighbour, or to the first code."""
        rows, count = [], len(before)
        for number, distance in enumerate(self.neighbours):
            row = self.span - 1
            if distance <= count:
                row = before[-distance] + (cell - distance) % self.levels * self.codebook_size
            rows.append(row + number * self.span)
        rows.append(cell + len(rows) * self.span)
        return rows
