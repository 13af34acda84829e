"""The column-wise prior: a transformer that steps once per column, and a small network that goes
through the column's codes. Moshi (arXiv 2410.00037) and Magenta RealTime 2 divide the work in the
same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from distill_live.models.layers.transformer import Block, rotary_table
from distill_live.models.prior.base import CONTEXT_COLUMNS, Prior, check_context, check_heads
from distill_live.models.prior.neighbour_embedding import NeighbourEmbedding
from distill_live.models.prior.steering import STEERED

#: How many codes just before a code its network is fed, and how many on each side of the same cell
#: in the column before.
_NEAR, _AROUND = 6, 3


PriorSize = Literal["small", "medium", "large"]

#: The transformer's width, layers and heads, and the dropout.
_SIZES: dict[PriorSize, tuple[int, int, int, float]] = {
    "small": (128, 2, 4, 0.3),
    "medium": (256, 4, 4, 0.2),
    "large": (512, 6, 8, 0.1),
}


@dataclass(frozen=True)
class ColumnPriorConfig:
    """The shape of a column-wise prior; stored in the model file.

    `context_columns` is an even number. `hidden_size`, `num_layers` and `num_heads` are the
    transformer's; `depth_size` and `depth_layers` are those of the network within the column.
    `rank_points` vectors for each of `steering.STEERED` stand for ranks from 0 to 1, both included.
    `dropout` matters only in training. Raises ValueError for a context that is not even, and for
    heads that do not divide the width evenly.
    """

    codebook_size: int = 64
    context_columns: int = CONTEXT_COLUMNS
    num_quantizers: int = 3
    bands: int = 8
    hidden_size: int = 128
    num_layers: int = 2
    num_heads: int = 4
    depth_size: int = 128
    depth_layers: int = 2
    rank_points: int = 9
    dropout: float = 0.3

    def __post_init__(self) -> None:
        check_heads(self.hidden_size, self.num_heads)
        check_context(self.context_columns)

    @property
    def column_codes(self) -> int:
        """How many codes a column has."""
        return self.bands * self.num_quantizers

    @property
    def neighbours(self) -> tuple[int, ...]:
        """The distances of the codes that the network within the column is fed.

        They are those just before, those around the same cell one column earlier, and that cell
        two columns earlier.
        """
        size = self.column_codes
        around = range(max(size - _AROUND, _NEAR + 1), size + _AROUND + 1)
        return (*range(1, _NEAR + 1), *around, 2 * size)


class ColumnPrior(Prior):
    """Predicts a column from the columns before it, and each of its codes from those before it.

    The transformer is fed the last column, all its codes at once, and summarises the past. Two
    small layers without attention then predict each code of the new column from that summary, from
    the codes near it (with a table for each distance) and from the sum of all codes of the column
    so far. So a column reads the large weights only once.

    The small network also learns to predict without the past ("blind"), both with and without being
    told how the column sounds. The difference of the two predictions says how much a code speaks
    for that sound; it steers a stream whatever came before (classifier-free guidance, see
    `column_stepping`).
    """

    kind = "columns"

    def __init__(self, config: ColumnPriorConfig) -> None:
        super().__init__()
        self._config = config
        size, width = config.column_codes, config.hidden_size
        self.columns = ColumnEmbedding(size, config.codebook_size, width)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(
            Block(width, config.num_heads, config.dropout) for _ in range(config.num_layers)
        )
        self.norm = nn.LayerNorm(width, bias=False)
        self.depth = DepthNetwork(config)
        self.rotary: Tensor
        rotary = rotary_table(config.context_columns, width // config.num_heads)
        self.register_buffer("rotary", rotary, persistent=False)

    @classmethod
    def from_config(cls, config: ColumnPriorConfig) -> Self:
        """A new prior of that shape."""
        return cls(config)

    @property
    def config(self) -> ColumnPriorConfig:
        """Its settings; the model file stores them."""
        return self._config

    @property
    def layers(self) -> list[Block]:
        """The transformer's blocks in their order."""
        return [cast(Block, block) for block in self.blocks]

    def forward(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to logits `[B, T, V]`, those at t given the codes before t.

        T is a whole number of columns, at most a context. Code T-1 has no effect.
        """
        columns = codes.view(len(codes), -1, self._config.column_codes)  # [B, columns, F * Q]
        x = self.dropout(self.columns(columns))
        for block in self.layers:
            x, _, _ = block(x, self.rotary)
        logits: Tensor = self.depth(codes, self.norm(x))
        return logits

    def blind(self, codes: Tensor, ranks: Tensor | None = None) -> Tensor:
        """Codes `[B, T]` to logits `[B, T, V]`, those at t given the codes before it in its column.

        `ranks` `[B, columns, 4]` say how each column sounds (see `steering`), NaN where they do
        not.
        """
        return self.depth.blind(codes, ranks)


class ColumnEmbedding(nn.Module):
    """The transformer's input: the sum of a vector for each code of the column before.

    `weight [F * Q * (V + 1), D]`: for each cell a row per code and one for "before the start".
    """

    def __init__(self, column_codes: int, codebook_size: int, width: int) -> None:
        super().__init__()
        self.span = codebook_size + 1
        self.weight = nn.Parameter(torch.randn(column_codes * self.span, width).mul_(0.02))
        self.firsts: Tensor
        # Not on the meta device, where to compute torch would import its compiler.
        firsts = torch.arange(column_codes, device="cpu") * self.span
        self.register_buffer("firsts", firsts, persistent=False)

    def forward(self, columns: Tensor) -> Tensor:
        """Columns `[B, T, F * Q]` to what each position is fed `[B, T, D]`."""
        before = functional.pad(columns, (0, 0, 1, 0), value=self.span - 1)[:, :-1]
        rows = (before + self.firsts).flatten(0, 1)
        summed = functional.embedding_bag(rows, self.weight, mode="sum")
        return summed.view(*columns.shape[:2], -1)


class DepthNetwork(nn.Module):
    """Goes through a column's codes, given the transformer's summary of the past."""

    def __init__(self, config: ColumnPriorConfig) -> None:
        super().__init__()
        size, width, codes = config.column_codes, config.depth_size, config.codebook_size
        self.column_codes, self.levels = size, config.num_quantizers
        self.past = nn.Linear(config.hidden_size, width, bias=False)
        self.no_past = nn.Parameter(torch.zeros(width))
        self.steering = SteeringEmbedding(config.rank_points, width)
        self.embedding = NeighbourEmbedding(
            config.neighbours, codes, config.num_quantizers, size, width
        )
        #: A vector per cell and code; a code is fed the sum over the codes before it in its column.
        self.known = nn.Parameter(torch.randn(size, codes, width).mul_(0.02))
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(
            DepthLayer(width, config.dropout) for _ in range(config.depth_layers)
        )
        self.norm = nn.LayerNorm(width, bias=False)
        self.heads = nn.Parameter(torch.randn(self.levels, codes, width).mul_(0.02))
        self.head_bias = nn.Parameter(torch.zeros(size, codes))

    def forward(self, codes: Tensor, past: Tensor) -> Tensor:
        """Codes `[B, T]` and the transformer's `[B, columns, D]` to logits `[B, T, V]`."""
        return self._logits(codes, self.embedding(codes), self.past(past))

    def blind(self, codes: Tensor, ranks: Tensor | None) -> Tensor:
        """The same without the past; `ranks` `[B, columns, 4]` say how each column sounds."""
        shape = (len(codes), codes.shape[1] // self.column_codes, len(STEERED))
        if ranks is None:
            ranks = torch.full(shape, torch.nan, device=codes.device)
        known = self.no_past + self.steering(ranks)
        return self._logits(codes, self.embedding(codes, blind=True), known)

    def _logits(self, codes: Tensor, near: Tensor, known: Tensor) -> Tensor:
        """Codes `[B, T]`, what is near each `[B, T, d]` and what is known of each column
        `[B, columns, d]` to logits `[B, T, V]`."""
        shape = (*known.shape[:2], self.column_codes, -1)  # [B, columns, F * Q, d]
        x = self.dropout(near.view(shape) + self.so_far(codes) + known.unsqueeze(2))
        for layer in self.layers:
            x = layer(x)
        y = self.norm(x).view(*shape[:2], -1, self.levels, x.shape[-1])  # [B, columns, F, Q, d]
        logits = torch.einsum("btfqd,qvd->btfqv", y, self.heads).flatten(2, 3) + self.head_bias
        return logits.flatten(1, 2)

    def so_far(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to the sum `[B, columns, F * Q, d]` over the codes of the column that
        come before each."""
        columns = codes.view(len(codes), -1, self.column_codes)
        firsts = torch.arange(self.column_codes, device=codes.device) * self.known.shape[1]
        found = functional.embedding(columns + firsts, self.known.flatten(0, 1))
        return functional.pad(found[:, :, :-1], (0, 0, 1, 0)).cumsum(2)


class SteeringEmbedding(nn.Module):
    """How a column sounds, as a vector: `weight [4, points, d]` has one for each of several ranks.

    A rank between two points is interpolated between their vectors; NaN adds nothing.
    """

    def __init__(self, points: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(len(STEERED), points, width).mul_(0.02))

    def forward(self, ranks: Tensor) -> Tensor:
        """Ranks `[..., 4]`, 0..1 or NaN, to vectors `[..., d]`."""
        kinds, points = self.weight.shape[:2]
        place = ranks.nan_to_num(0.0).clamp(0.0, 1.0) * (points - 1)
        below = place.floor().clamp(max=points - 2)
        part = (place - below).unsqueeze(-1)
        rows = below.long() + torch.arange(kinds, device=ranks.device) * points
        table = self.weight.flatten(0, 1)
        low, high = functional.embedding(rows, table), functional.embedding(rows + 1, table)
        told = ~ranks.isnan().unsqueeze(-1)
        return (torch.lerp(low, high, part) * told).sum(-2)


class DepthLayer(nn.Module):
    """Two layers for each code by itself, residual, with a norm before them."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, bias=False)
        self.widen = nn.Linear(width, 4 * width, bias=False)
        self.narrow = nn.Linear(4 * width, width, bias=False)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor) -> Tensor:
        """`[..., d]` to `[..., d]`."""
        y = functional.gelu(self.widen(self.norm(x)), approximate="tanh")
        added: Tensor = self.dropout(self.narrow(self.dropout(y)))
        return x + added


def get_adaptive_prior_config(
    size: PriorSize | int, codebook_size: int, num_quantizers: int = 3, bands: int = 8
) -> ColumnPriorConfig:
    """The settings for a size, or for a number of recordings: small up to 20, medium up to 100."""
    if isinstance(size, int):
        size = "small" if size <= 20 else "medium" if size <= 100 else "large"
    hidden_size, num_layers, num_heads, dropout = _SIZES[size]
    return ColumnPriorConfig(
        codebook_size=codebook_size,
        num_quantizers=num_quantizers,
        bands=bands,
        hidden_size=hidden_size,
        num_layers=num_layers,
        num_heads=num_heads,
        dropout=dropout,
    )
