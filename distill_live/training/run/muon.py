"""Muon: momentum with orthogonalised updates, for the matrices inside a network.

Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024); the step's scale
follows Moonshot's "Muon is Scalable for LLM Training" (arXiv 2502.16982), so that a learning rate
means the same as for Adam. torch.optim.Muon does not accept convolutions.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

# The quintic iteration that Jordan's post gives: five rounds bring singular values near 1.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_ROUNDS = 5

# Orthogonality means little for a matrix with few rows or columns.
_MIN_SIDE = 9


class Muon(torch.optim.Optimizer):
    """Updates weights `[out, ...]`, each seen as the matrix `[out, everything else]`.

    Matrices are multiplied in `dtype`: bfloat16 is faster on processors that support it, and as
    good, because the iteration only approximates its result anyway.
    """

    def __init__(self, weights: Iterable[nn.Parameter], lr: float, momentum: float = 0.95,
                 weight_decay: float = 0.0,
                 dtype: torch.dtype = torch.float32) -> None:  # fmt: skip
        super().__init__(weights, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.dtype = dtype

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # takes no closure
        """Take one step with the current gradients."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._update(weight, weight.grad, group)

    def _update(self, weight: Tensor, gradient: Tensor, group: dict[str, float]) -> None:
        state = self.state[weight]
        if not state:
            state["average"] = torch.zeros_like(weight)
        average = state["average"].lerp_(gradient, 1 - group["momentum"])
        look_ahead = gradient.lerp(average, group["momentum"])
        direction = orthogonal(look_ahead.flatten(1), self.dtype)
        scale = 0.2 * max(direction.shape) ** 0.5
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.add_(direction.view(weight.shape), alpha=-group["lr"] * scale)


def orthogonal(matrix: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Roughly the nearest matrix with singular values of 1 (0.7 to 1.2), in float32; computed in
    `dtype`."""
    x: Tensor = matrix.to(dtype)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.T
        x = _A * x + (_B * square + _C * square @ square) @ x
    return (x.T if tall else x).float().contiguous()


def is_matrix(weight: Tensor) -> bool:
    """Whether Muon trains a weight: convolutions and linear layers that are not very thin."""
    return weight.ndim > 1 and min(weight.shape[0], weight[0].numel()) >= _MIN_SIDE
