"""The prior of Distill v1.1: a transformer over the codes of one chunk at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from distill_live.models.prior.base import Prior


@dataclass(frozen=True)
class ChunkPriorConfig:
    """The shape of a chunk prior; stored in the model file. A chunk, one column, has `seq_len`
    codes."""

    codebook_size: int = 64
    seq_len: int = 144
    num_quantizers: int = 3
    hidden_size: int = 128
    num_layers: int = 2
    num_heads: int = 4

    def __post_init__(self) -> None:
        if self.seq_len % self.num_quantizers or self.hidden_size % self.num_heads:
            raise ValueError("its prior's seq_len or hidden_size cannot be divided evenly")

    @property
    def column_codes(self) -> int:
        """How many codes a column has."""
        return self.seq_len

    @property
    def bands(self) -> int:
        """Positions of a column."""
        return self.seq_len // self.num_quantizers

    @property
    def context_columns(self) -> int:
        """The smallest context of a prior session; this prior looks at none of it."""
        return 2


class ChunkPrior(Prior):
    """A pre-norm transformer, codes at learned positions. Every chunk starts afresh.

    Distill v1.1 never learned what a chunk begins with, and drew the first code evenly, from codes
    that nothing uses as well. Here `first_logits` `[V]` say how often the codec used each.
    """

    kind = "chunks"

    def __init__(self, config: ChunkPriorConfig) -> None:
        super().__init__()
        self._config = config
        width = config.hidden_size
        self.token_emb = nn.Embedding(config.codebook_size, width)
        self.pos_emb = nn.Embedding(config.seq_len, width)
        self.level_emb = nn.Embedding(config.num_quantizers, width)
        layer = nn.TransformerEncoderLayer(
            width, config.num_heads, 4 * width, batch_first=True, norm_first=True
        )
        self.transformer = nn.TransformerEncoder(
            layer, config.num_layers, enable_nested_tensor=False
        )
        self.ln_f = nn.LayerNorm(width)
        self.head = nn.Linear(width, config.codebook_size, bias=False)
        self.first_logits: Tensor
        self.register_buffer("first_logits", torch.zeros(config.codebook_size))

    @classmethod
    def from_config(cls, config: ChunkPriorConfig) -> Self:
        """A new prior of that shape."""
        return cls(config)

    @property
    def config(self) -> ChunkPriorConfig:
        """Its settings; the model file stores them."""
        return self._config

    @property
    def layers(self) -> list[nn.TransformerEncoderLayer]:
        """The blocks in their order."""
        return [cast(nn.TransformerEncoderLayer, layer) for layer in self.transformer.layers]

    def places(self) -> Tensor:
        """What position and level add to a code's embedding `[seq_len, D]`."""
        positions = torch.arange(self.config.seq_len, device=self.device)
        levels = self.level_emb(positions % self.config.num_quantizers)
        placed: Tensor = self.pos_emb.weight + levels
        return placed

    def forward(self, codes: Tensor, ranks: Tensor | None = None) -> Tensor:
        """Codes `[B, T]` to logits `[B, T, V]`, those at t given the codes of its chunk before t.

        The first code begins a chunk. `ranks` are not looked at: this prior cannot be steered.
        """
        batch, length = codes.shape
        size = self.config.seq_len
        chunks = functional.pad(codes, (0, -length % size)).view(-1, size)
        first = self.first_logits.expand(len(chunks), 1, -1)
        logits = torch.cat([first, self.next_logits(chunks)[:, :-1]], dim=1)
        return logits.reshape(batch, -1, self.config.codebook_size)[:, :length]

    def next_logits(self, codes: Tensor) -> Tensor:
        """A chunk's first codes `[B, T]` to logits `[B, T, V]`, those at t of code t + 1, given
        code t and those before it; what Distill v1.1 calls its prior's output."""
        length = codes.shape[1]
        x = self.token_emb(codes) + self.places()[:length]
        mask = torch.ones(length, length, dtype=torch.bool, device=codes.device).triu(1)
        logits: Tensor = self.head(self.ln_f(self.transformer(x, mask=mask)))
        return logits
