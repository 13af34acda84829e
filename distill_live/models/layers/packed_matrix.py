"""Matrices to multiply by single vectors: as they are, or, on the CPU, in a quarter of the memory.

A product with one vector takes as long as it takes to read the matrix.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

#: A matrix `[M, D]`: vectors `[D]` to `[M]`.
Matrix = Callable[[Tensor], Tensor]

# Below this width a matrix stays in the processor's cache and calls cost more than arithmetic.
_PACKED_WIDTH = 256
# torch's product goes through a row in whole registers and asks nothing: it reads beyond the end of
# one that is no multiple of them, 16 or 32 numbers long.
_REGISTERS = 64


def matrix_of(weight: Tensor) -> Matrix:
    """What multiplies by a weight `[M, D]` fastest where it is; large ones on the CPU by int8."""
    width = weight.shape[1]
    if weight.device.type == "cpu" and width >= _PACKED_WIDTH and width % _REGISTERS == 0:
        return PackedMatrix(weight)
    return WholeMatrix(weight)


class WholeMatrix:
    """A matrix of floats."""

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight.detach()

    def __call__(self, x: Tensor) -> Tensor:
        """`[D]` to `[M]`."""
        return torch.mv(self._weight, x)


class PackedMatrix:
    """A matrix of int8 with one scale per row; vectors are rounded to bfloat16.

    D is a multiple of 64. Off by less than a percent of a product's size, four times as fast at a
    width of 512.
    """

    def __init__(self, weight: Tensor) -> None:
        scale = weight.detach().abs().amax(dim=1).clamp(min=1e-12) / 127
        self._codes = (weight.detach() / scale[:, None]).round().to(torch.int8)
        # The products are scaled in float32: in bfloat16 they would be rounded once more.
        self._ones = torch.ones_like(scale, dtype=torch.bfloat16)
        self._scale = scale

    def __call__(self, x: Tensor) -> Tensor:
        """`[D]` to `[M]`."""
        y = torch._weight_int8pack_mm(x[None].bfloat16(), self._codes, self._ones)
        return y[0].float() * self._scale
