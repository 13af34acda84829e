"""What all priors have in common: they predict codes in the order column, then band, then level."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn

#: How many columns a context spans by default: 4 s of columns of 8 frames.
CONTEXT_COLUMNS = 48
#: The longest context: a prior session remembers as much before the oldest column to go back to.
MOST_CONTEXT_COLUMNS = 4096


class PriorShape(Protocol):
    """What the settings of every prior have in common."""

    @property
    def codebook_size(self) -> int:
        """How many different codes a level has."""

    @property
    def bands(self) -> int:
        """How many bands a column has."""

    @property
    def num_quantizers(self) -> int:
        """How many levels a column has."""

    @property
    def hidden_size(self) -> int:
        """Width of the transformer."""

    @property
    def num_layers(self) -> int:
        """Layers of the transformer."""

    @property
    def column_codes(self) -> int:
        """How many codes a column has."""

    @property
    def context_columns(self) -> int:
        """How many columns a context spans; an even number."""


class Prior(nn.Module, ABC):
    """A network that says how likely each next code is, given the codes before it."""

    #: What a model file's header calls this kind of network.
    kind: ClassVar[str]

    @property
    @abstractmethod
    def config(self) -> PriorShape:
        """Its settings; the model file stores them."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @abstractmethod
    def forward(self, codes: Tensor) -> Tensor:
        """Codes `[B, T]` to logits `[B, T, V]`, those at t given the codes before t.

        T is a whole number of columns, at most a context. Code T-1 has no effect.
        """


def check_heads(hidden_size: int, num_heads: int) -> None:
    """Raise ValueError unless the width can be divided evenly among the heads, in pairs: rotary
    positions turn pairs."""
    if hidden_size % (2 * num_heads):
        raise ValueError(
            f"hidden_size {hidden_size} must be a multiple of twice num_heads, {num_heads}"
        )


def check_context(columns: int) -> None:
    """Raise ValueError unless a context of so many columns can be halved and remembered."""
    if not 2 <= columns <= MOST_CONTEXT_COLUMNS or columns % 2:
        raise ValueError(
            f"a context must be an even number of columns, 2..{MOST_CONTEXT_COLUMNS}, not {columns}"
        )


def flatten_codes(codes: Tensor) -> Tensor:
    """`[B, S, Q]` to `[B, S * Q]`: all levels of a position, then the next position."""
    return codes.flatten(1)


def unflatten_codes(codes: Tensor, num_quantizers: int) -> Tensor:
    """`[B, S * Q]` to `[B, S, Q]`, the inverse of `flatten_codes`."""
    return codes.view(len(codes), -1, num_quantizers)
