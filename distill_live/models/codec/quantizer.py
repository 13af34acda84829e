"""Residual vector quantisation: codebooks that play without the library that trains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class LearningConfig:
    """How codebooks follow the encoder while it trains.

    `decay` is that of the moving averages. A code is dead, and replaced by a vector of the batch,
    when its moving count of uses falls below `dead_share` of what even use would give it.
    """

    commitment_weight: float = 0.25
    decay: float = 0.95
    dead_share: float = 0.06
    kmeans_iters: int = 20


class ResidualCodebooks(nn.Module):
    """Q codebooks of V vectors; each level codes what the levels before it left over."""

    def __init__(self, num_quantizers: int, codebook_size: int, size: int) -> None:
        super().__init__()
        self.codebooks: Tensor
        self.register_buffer("codebooks", torch.zeros(num_quantizers, codebook_size, size))
        self.learner: Any = None

    def lookup(self, indices: Tensor) -> Tensor:
        """Codes `[..., Q]` to the sum of their vectors `[..., D]`."""
        levels = torch.arange(indices.shape[-1], device=indices.device)
        vectors: Tensor = self.codebooks[levels, indices].sum(dim=-2)
        return vectors

    @torch.no_grad()
    def encode(self, vectors: Tensor) -> Tensor:
        """Vectors `[..., D]` to the nearest codes, level by level `[..., Q]`."""
        residual, codes = vectors, []
        for book in self.codebooks:
            # |x - c|^2 without |x|^2, which is the same for all codes.
            distance = book.square().sum(dim=1) - 2.0 * residual @ book.T
            codes.append(distance.argmin(dim=-1))
            residual = residual - book[codes[-1]]
        return torch.stack(codes, dim=-1)

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors `[B, S, D]` to (quantized `[B, S, D]`, codes `[B, S, Q]`, commitment loss).

        Gradients go straight through the lookup; while a learner is there and the module trains,
        they go by rotation (Fifty et al., arXiv 2410.06424), and the codebooks follow the vectors.
        """
        if self.learner is not None and self.training:
            quantized, codes, losses = self.learner(vectors)
            return quantized, codes, losses.sum()
        codes = self.encode(vectors)
        quantized = self.lookup(codes)
        loss = functional.mse_loss(vectors, quantized)
        return vectors + (quantized - vectors).detach(), codes, loss

    def start_learning(
        self, config: LearningConfig, vectors_per_step: int, usage: Tensor | None = None
    ) -> None:
        """Attach the learner: k-means from the first batch, moving averages, no dead codes.

        With `usage` `[Q, V]`, the share of each code among all, it continues from the codebooks
        as they are; an unused code is free for something new. Among several processes,
        `vectors_per_step` is of all together: the averages are theirs, dead codes are replaced by
        the same vectors everywhere.
        """
        # Seconds of import that nobody needs who only plays.
        from vector_quantize_pytorch import ResidualVQ

        levels, codebook_size, size = self.codebooks.shape
        self.learner = ResidualVQ(
            dim=size,
            num_quantizers=levels,
            codebook_size=codebook_size,
            kmeans_init=usage is None,
            kmeans_iters=config.kmeans_iters,
            decay=config.decay,
            threshold_ema_dead_code=config.dead_share * vectors_per_step / codebook_size,
            commitment_weight=config.commitment_weight,
            # As the library has it by itself; said, so that no other release trains otherwise.
            rotation_trick=True,
        ).to(self.codebooks.device)
        if usage is not None:
            self._go_on_from(usage.to(self.codebooks) * vectors_per_step)

    def _go_on_from(self, counts: Tensor) -> None:
        """Give the learner the codebooks, and the moving counts `[Q, V]` that go with them."""
        for layer, book, count in zip(self.learner.layers, self.codebooks, counts, strict=True):
            learned = layer._codebook
            learned.embed.copy_(book)
            learned.cluster_size.copy_(count)
            learned.embed_avg.copy_(book * count[:, None])

    @torch.no_grad()
    def sync(self) -> None:
        """Take over the codebooks as the learner has them now."""
        if self.learner is not None:
            self.codebooks.copy_(self.learner.codebooks.reshape(self.codebooks.shape))

    def finish_learning(self) -> None:
        """Take over the codebooks and drop the learner."""
        self.sync()
        self.learner = None
