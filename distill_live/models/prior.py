"""The prior: which code follows which. A small transformer over codes in the order they sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from distill_live.models.session import PriorSession

PriorSize = Literal["small", "medium", "large"]

#: How many columns a context spans: 4 s of columns of 8 frames.
CONTEXT_COLUMNS = 48

_SHAPES: dict[PriorSize, tuple[int, int, int, float]] = {
    "small": (128, 2, 4, 0.3),
    "medium": (256, 4, 4, 0.2),
    "large": (512, 6, 8, 0.1),
}


@dataclass(frozen=True)
class PriorConfig:
    """The shape of a prior; stored in the model file.

    `seq_len` is the longest context in codes, an even number of columns; a column has
    `bands * num_quantizers` codes. `dropout` matters to training alone.
    """

    codebook_size: int = 64
    seq_len: int = CONTEXT_COLUMNS * 24
    num_quantizers: int = 3
    hidden_size: int = 128
    num_layers: int = 2
    num_heads: int = 4
    dropout: float = 0.3
    bands: int = 8

    @property
    def column_codes(self) -> int:
        """How many codes a column has."""
        return self.bands * self.num_quantizers

    @property
    def context_columns(self) -> int:
        """How many columns a context spans."""
        return self.seq_len // self.column_codes


def get_adaptive_prior_config(
    size: PriorSize | int, codebook_size: int, num_quantizers: int = 3, bands: int = 8
) -> PriorConfig:
    """Settings by size, or by the number of recordings: small up to 20, medium up to 100."""
    if isinstance(size, int):
        size = "small" if size <= 20 else "medium" if size <= 100 else "large"
    hidden_size, num_layers, num_heads, dropout = _SHAPES[size]
    return PriorConfig(
        codebook_size=codebook_size,
        seq_len=CONTEXT_COLUMNS * bands * num_quantizers,
        num_quantizers=num_quantizers,
        hidden_size=hidden_size,
        num_layers=num_layers,
        num_heads=num_heads,
        dropout=dropout,
        bands=bands,
    )


class CodePrior(nn.Module):
    """A decoder-only transformer over codes in the order column, band, level.

    Position t predicts code t. It is fed not the code before alone but, each through a table of its
    own, the codes at fixed distances that say most about code t (see `neighbours`): with minutes
    of material attention does not learn in time where to look.
    """

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
        self.config = PriorConfig(
            codebook_size, seq_len, num_quantizers, hidden_size, num_layers, num_heads, dropout,
            bands,
        )  # fmt: skip
        self.embedding = ContextEmbedding(self.config)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            Block(hidden_size, num_heads, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(hidden_size, bias=False)
        self.heads = nn.Parameter(torch.randn(num_quantizers, codebook_size, hidden_size) * 0.02)
        self.head_bias = nn.Parameter(torch.zeros(self.config.column_codes, codebook_size))
        turns = rotary_table(seq_len, hidden_size // num_heads)
        self.rotary: Tensor
        self.register_buffer("rotary", turns, persistent=False)

    @classmethod
    def from_config(cls, config: PriorConfig) -> Self:
        """A new prior of that shape."""
        return cls(**vars(config))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.heads.device

    @property
    def layers(self) -> list[Block]:
        """The blocks in their order."""
        return [cast(Block, block) for block in self.blocks]

    def session(self, seed: int) -> PriorSession:
        """A stream of codes that goes on without end; `seed` says which."""
        from distill_live.models.session import PriorSession

        return PriorSession(self, seed)

    def forward(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to logits `[B, T, V]`, those at t given the codes before t.

        T is at most `seq_len`; the first code begins a column. Code T-1 is not looked at.
        """
        x = self.dropout(self.embedding(codes))
        for block in self.layers:
            x, _, _ = block(x, self.rotary)
        return self._logits(self.norm(x))

    def _logits(self, x: Tensor) -> Tensor:
        """Normed activations `[B, T, D]` to logits `[B, T, V]`, each level by its own head."""
        batch, length, width = x.shape
        levels = self.config.num_quantizers
        whole = functional.pad(x, (0, 0, 0, -length % levels)).view(batch, -1, levels, width)
        y = torch.einsum("bsqd,qvd->bsqv", whole, self.heads).flatten(1, 2)[:, :length]
        cells = torch.arange(length, device=x.device) % self.config.column_codes
        return y + self.head_bias[cells]


class ContextEmbedding(nn.Module):
    """What position t is fed: its cell, and the codes at fixed distances before it.

    All tables lie in one, `weight [rows, D]`: for each neighbour a row per level and code and one
    for "before the start", then a row per cell. The first neighbour is the code before, and its
    last row the learned start token.
    """

    def __init__(self, config: PriorConfig) -> None:
        super().__init__()
        self.config = config
        self.neighbours = neighbours(config)
        self.span = config.num_quantizers * config.codebook_size + 1
        rows = len(self.neighbours) * self.span + config.column_codes
        self.weight = nn.Parameter(torch.randn(rows, config.hidden_size) * 0.02)

    def forward(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to the sum of their rows `[B, T, D]`."""
        rows = self.rows(codes)
        summed = functional.embedding_bag(rows.flatten(0, 1), self.weight, mode="sum")
        return summed.view(*codes.shape, -1)

    def rows(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to the rows `[B, T, neighbours + 1]` that each position sums."""
        length = codes.shape[1]
        places = torch.arange(length, device=codes.device)
        known = codes + places % self.config.num_quantizers * self.config.codebook_size
        found = []
        for number, distance in enumerate(self.neighbours):
            shifted = functional.pad(known, (distance, 0), value=self.span - 1)[:, :length]
            found.append(shifted + number * self.span)
        cells = places % self.config.column_codes + len(found) * self.span
        return torch.stack([*found, cells.expand_as(codes)], dim=-1)


class Block(nn.Module):
    """Causal attention with rotary positions, then two layers; both residual, normed before."""

    def __init__(self, width: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.attention_norm = nn.LayerNorm(width, bias=False)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width, bias=False)
        self.widen = nn.Linear(width, 4 * width, bias=False)
        self.narrow = nn.Linear(4 * width, width, bias=False)
        self.dropout = nn.Dropout(dropout)
        # Every block starts as no block at all.
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor, rotary: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`[B, T, D]` to (`[B, T, D]`, keys and values `[B, heads, T, d]` for a cache)."""
        batch, length, _ = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.num_heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # 3 of [B, heads, T, d]
        q, k = rotate(q, rotary[:, :length]), rotate(k, rotary[:, :length])
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.dropout(self.out(y.transpose(1, 2).flatten(2)))
        y = functional.gelu(self.widen(self.norm(x)), approximate="tanh")
        return x + self.dropout(self.narrow(self.dropout(y))), k, v


def neighbours(config: PriorConfig) -> tuple[int, ...]:
    """The distances of the codes that a position is fed: all levels of the band below (or of this
    band, as far as they are known), then the same cell one and two columns earlier."""
    near = tuple(range(1, config.num_quantizers + 1))
    return (*near, config.column_codes, 2 * config.column_codes)


def rotary_table(length: int, width: int) -> Tensor:
    """Cosines and sines `[2, length, width]` of rotary positions (Su et al., arXiv 2104.09864).

    The first half of the sines is negative: `rotate` needs no sign then.
    """
    speeds = 10_000.0 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * speeds
    cosines, sines = angles.cos(), angles.sin()
    return torch.stack([torch.cat([cosines, cosines], -1), torch.cat([-sines, sines], -1)])


def rotate(x: Tensor, rotary: Tensor) -> Tensor:
    """Turn vectors `[..., T, d]` by their positions' angles."""
    return (x * rotary[0] + x.roll(x.shape[-1] // 2, -1) * rotary[1]).to(x.dtype)


def flatten_codes(codes: Tensor) -> Tensor:
    """`[B, S, Q]` to `[B, S * Q]`: all levels of a position, then the next position."""
    return codes.flatten(1)


def unflatten_codes(codes: Tensor, num_quantizers: int) -> Tensor:
    """`[B, S * Q]` to `[B, S, Q]`, the inverse of `flatten_codes`."""
    return codes.view(len(codes), -1, num_quantizers)
