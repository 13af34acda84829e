"""The flat prior: one transformer through which every code goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from distill_live.models.layers.transformer import Block, rotary_table
from distill_live.models.prior.base import CONTEXT_COLUMNS, Prior, check_context, check_heads
from distill_live.models.prior.neighbour_embedding import NeighbourEmbedding


@dataclass(frozen=True)
class PriorConfig:
    """The shape of a flat prior; stored in the model file.

    `seq_len` is the longest context in codes, an even number of columns; a column has
    `bands * num_quantizers` codes. `dropout` matters only in training. Raises ValueError as
    ColumnPriorConfig does.
    """

    codebook_size: int = 64
    seq_len: int = CONTEXT_COLUMNS * 24
    num_quantizers: int = 3
    hidden_size: int = 128
    num_layers: int = 2
    num_heads: int = 4
    dropout: float = 0.3
    bands: int = 8

    def __post_init__(self) -> None:
        check_heads(self.hidden_size, self.num_heads)
        check_context(self.context_columns)

    @property
    def column_codes(self) -> int:
        """How many codes a column has."""
        return self.bands * self.num_quantizers

    @property
    def context_columns(self) -> int:
        """How many columns a context spans."""
        return self.seq_len // self.column_codes


class CodePrior(Prior):
    """A decoder-only transformer over codes in the order column, band, level.

    Position t predicts code t. It is fed the codes at fixed distances that say most about code t:
    all levels of the band below (or of this band, as far as they are known), and the same cell one
    and two columns earlier.
    """

    kind = "flat"

    def __init__(
        self,
        codebook_size: int = 64,
        seq_len: int = CONTEXT_COLUMNS * 24,
        num_quantizers: int = 3,
        hidden_size: int = 128,
        num_layers: int = 2,
        num_heads: int = 4,
        dropout: float = 0.3,
        bands: int = 8,
    ) -> None:
        super().__init__()
        self._config = config = PriorConfig(
            codebook_size, seq_len, num_quantizers, hidden_size, num_layers, num_heads, dropout,
            bands,
        )  # fmt: skip
        near = tuple(range(1, num_quantizers + 1))
        neighbours = (*near, config.column_codes, 2 * config.column_codes)
        self.embedding = NeighbourEmbedding(
            neighbours, codebook_size, num_quantizers, config.column_codes, hidden_size
        )
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            Block(hidden_size, num_heads, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(hidden_size, bias=False)
        self.heads = nn.Parameter(
            torch.randn(num_quantizers, codebook_size, hidden_size).mul_(0.02)
        )
        self.head_bias = nn.Parameter(torch.zeros(config.column_codes, codebook_size))
        self.rotary: Tensor
        rotary = rotary_table(seq_len, hidden_size // num_heads)
        self.register_buffer("rotary", rotary, persistent=False)

    @classmethod
    def from_config(cls, config: PriorConfig) -> Self:
        """A new prior of that shape."""
        return cls(**vars(config))

    @property
    def config(self) -> PriorConfig:
        """Its settings; the model file stores them."""
        return self._config

    @property
    def layers(self) -> list[Block]:
        """The blocks in their order."""
        return [cast(Block, block) for block in self.blocks]

    def forward(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to logits `[B, T, V]`, those at t given the codes before t.

        T is at most `seq_len`; the first code begins a column. Code T-1 has no effect.
        """
        x = self.dropout(self.embedding(codes))
        for block in self.layers:
            x, _, _ = block(x, self.rotary)
        return self._logits(self.norm(x))

    def _logits(self, x: Tensor) -> Tensor:
        """Normed activations `[B, T, D]` to logits `[B, T, V]`, with a head for each level."""
        batch, length, width = x.shape
        levels = self.config.num_quantizers
        whole = functional.pad(x, (0, 0, 0, -length % levels)).view(batch, -1, levels, width)
        y = torch.einsum("bsqd,qvd->bsqv", whole, self.heads).flatten(1, 2)[:, :length]
        cells = torch.arange(length, device=x.device) % self.config.column_codes
        return y + self.head_bias[cells]
