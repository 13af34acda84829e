"""The blocks of a decoder-only transformer, with rotary positions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


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


def rotary_table(length: int, width: int) -> Tensor:
    """Cosines and sines `[2, length, width]` of rotary positions (Su et al., arXiv 2104.09864).

    The first half of the sines is negative: `rotate` needs no sign then.
    """
    if torch.empty(0).is_meta:
        # Only shapes are wanted there, and to compute torch would import its compiler.
        return torch.empty(2, length, width)
    speeds = 10_000.0 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * speeds
    cosines, sines = angles.cos(), angles.sin()
    return torch.stack([torch.cat([cosines, cosines], -1), torch.cat([-sines, sines], -1)])


def rotate(x: Tensor, rotary: Tensor) -> Tensor:
    """Turn vectors `[..., T, d]` by their positions' angles."""
    return (x * rotary[0] + x.roll(x.shape[-1] // 2, -1) * rotary[1]).to(x.dtype)
