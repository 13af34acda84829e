"""The flat prior one code at a time: every code is a step of its transformer."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.models.prior.flat_prior import CodePrior
from distill_live.models.prior.graph_stepping import transformer_stepper
from distill_live.models.prior.steering import Steering
from distill_live.models.prior.stepping import Cache, ColumnDraw, Rows


class FlatStepper:
    """Takes a flat prior through contexts; see `stepping.Stepper`."""

    @torch.inference_mode()
    def __init__(self, prior: CodePrior) -> None:
        self._size, self._levels = prior.config.column_codes, prior.config.num_quantizers
        self._embedding = prior.embedding
        self._steps = transformer_stepper(
            prior.layers, prior.rotary, prior.embedding.weight, len(prior.embedding.neighbours) + 1
        )
        self._width = (prior.config.hidden_size,)
        self._outputs = [*(prior.heads * prior.norm.weight)]
        self._biases = [*prior.head_bias.detach()]

    def new_cache(self) -> Cache:
        """A cache for one context, empty."""
        return self._steps.new_cache(self._size)

    def prefill(self, cache: Cache, rows: Rows) -> None:
        """Fill a cache in one pass from a context's first columns `[T, F * Q]`."""
        codes = torch.from_numpy(rows).view(1, -1).to(self._embedding.weight.device)
        self._steps.prefill(cache, self._embedding(codes))

    def begin(self, cache: Cache, rows: Rows, steering: Steering) -> ColumnDraw:
        """Begin the column after a context's columns `[T, F * Q]`; it cannot be steered."""
        # A place looks back two columns at most.
        start = max(cache.length // self._size - 2, 0) * self._size
        known = rows.reshape(-1)[start:].tolist()
        for end in range(cache.length - start, len(known)):
            self.step(cache, known[max(end - 2 * self._size, 0) : end])
        return _FlatDraw(self, cache, known[-2 * self._size :])

    def step(self, cache: Cache, before: list[int]) -> Tensor:
        """Fill the cache's next place; returns activations `[D]`, the input of `logits`.

        `before` ends with the code before that place and holds two columns of codes, or as many as
        the context has.
        """
        return self._steps.step(cache, self._embedding.rows_at(cache.length % self._size, before))

    def logits(self, x: Tensor, cell: int) -> NDArray[np.float32]:
        """Activations `[D]` of a place to the logits `[V]` of its code; `cell` is its place in the
        column."""
        normed = functional.layer_norm(x, self._width)
        y = torch.addmv(self._biases[cell], self._outputs[cell % self._levels], normed)
        found: NDArray[np.float32] = y.cpu().numpy()
        return found


class _FlatDraw:
    """A column of a flat prior that is being drawn, after the last two columns' codes."""

    def __init__(self, stepper: FlatStepper, cache: Cache, before: list[int]) -> None:
        self._stepper, self._cache, self._before = stepper, cache, before
        self._cell = 0

    def logits(self) -> NDArray[np.float32]:
        """The logits `[V]` of the next code."""
        return self._stepper.logits(self._stepper.step(self._cache, self._before), self._cell)

    def accept(self, code: int) -> None:
        """Go on with this as the next code."""
        self._before.append(code)
        self._cell += 1
