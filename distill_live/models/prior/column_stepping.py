"""The column-wise prior one column at a time: a step of its transformer, then the column's codes.

The network within the column is small, and its codes are drawn on the CPU. So it stays on the CPU
even if the transformer is on a GPU, which is then used once per column. Steering is
classifier-free guidance: see `steering.steer_logits`.
"""

from __future__ import annotations

import copy
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.models.prior.column_prior import ColumnPrior, DepthLayer, DepthNetwork
from distill_live.models.prior.graph_stepping import transformer_stepper
from distill_live.models.prior.neighbour_embedding import NeighbourEmbedding
from distill_live.models.prior.steering import Steering, steer_logits
from distill_live.models.prior.stepping import Cache, ColumnDraw, Rows


class ColumnStepper:
    """Takes a column-wise prior through contexts; see `stepping.Stepper`."""

    @torch.inference_mode()
    def __init__(self, prior: ColumnPrior) -> None:
        self._columns = prior.columns
        self._firsts = np.arange(prior.config.column_codes) * prior.columns.span
        self._steps = transformer_stepper(
            prior.layers, prior.rotary, prior.columns.weight, prior.config.column_codes
        )
        self._width = (prior.config.hidden_size,)
        self._past = prior.depth.past.weight * prior.norm.weight
        self._depth: DepthStepper = DepthStepper(prior.depth)

    def new_cache(self) -> Cache:
        """A cache for one context, empty."""
        return self._steps.new_cache(1)

    def prefill(self, cache: Cache, rows: Rows) -> None:
        """Fill a cache in one pass from a context's first columns `[T, F * Q]`."""
        columns = torch.from_numpy(rows)[None].to(self._columns.weight.device)
        self._steps.prefill(cache, self._columns(columns))

    def begin(self, cache: Cache, rows: Rows, steering: Steering) -> ColumnDraw:
        """Begin the column that follows a context's columns `[T, F * Q]`."""
        x = self._step(cache, rows)
        while cache.length <= len(rows):
            x = self._step(cache, rows)
        past = torch.mv(self._past, functional.layer_norm(x, self._width)).cpu()
        return self._depth.begin(past, rows[-2:].reshape(-1).tolist(), steering)

    def _step(self, cache: Cache, rows: Rows) -> Tensor:
        """Fill the cache's next place, feeding it the column before."""
        place = cache.length
        before = rows[place - 1] if place else np.full(len(self._firsts), self._columns.span - 1)
        return self._steps.step(cache, (before + self._firsts).tolist())


class _Layer(NamedTuple):
    """The two matrices of a DepthLayer, `[4d, d]` each."""

    widen: Tensor
    narrow: Tensor


class DepthStepper:
    """Steps the network within the column from code to code, on the CPU."""

    @torch.inference_mode()
    def __init__(self, depth: DepthNetwork) -> None:
        self.embedding: NeighbourEmbedding = depth.embedding
        self.table = depth.embedding.weight.detach().cpu()
        self._steering = copy.deepcopy(depth.steering).cpu()
        self._no_past = depth.no_past.detach().cpu()
        self.known = [*depth.known.detach().cpu()]
        self._layers = [_lay_out(cast(DepthLayer, layer)) for layer in depth.layers]
        self._levels = depth.levels
        self._outputs = [*(depth.heads * depth.norm.weight).cpu()]
        self._biases = [*depth.head_bias.detach().cpu()]
        self._width = (self.table.shape[1],)
        # Where the rows of each of one, or of three, views begin.
        sums = len(depth.embedding.neighbours) + 1
        self._starts = {count: torch.arange(0, count * sums, sums) for count in (1, 3)}

    def begin(self, past: Tensor, before: list[int], steering: Steering) -> _DepthDraw:
        """Begin a column, given the transformer's summary of the past `[d]` and the codes of the
        last two columns, or of as many as there are."""
        views = [_View(past, before)]
        if steering.on:
            told = self._no_past + self._steering(torch.tensor(steering.ranks))
            views += [_View(told, []), _View(self._no_past, [])]
        return _DepthDraw(self, views, steering.guidance)

    # These two run for every code, where the checks of `functional` would take as long as the sums.
    # So they call what its functions call.
    def summed(self, rows: list[int], count: int) -> Tensor:
        """The rows of the table for `count` views, one after the other, to their sums `[n, d]`."""
        found = torch.embedding_bag(self.table, torch.tensor(rows), self._starts[count])
        return found[0]

    def logits(self, x: Tensor, cell: int) -> NDArray[np.float32]:
        """The input `[n, d]` of a code's network to the code's logits `[n, V]`."""
        for layer in self._layers:
            y = functional.linear(torch.layer_norm(x, self._width), layer.widen)
            x = torch.addmm(x, functional.gelu(y, approximate="tanh"), layer.narrow)
        normed = torch.layer_norm(x, self._width)
        y = functional.linear(normed, self._outputs[cell % self._levels], self._biases[cell])
        found: NDArray[np.float32] = y.numpy()
        return found


class _View(NamedTuple):
    """What the network knows of a column's past: a vector `[d]`, and the codes before it."""

    past: Tensor
    before: list[int]


class _DepthDraw:
    """A column that is being drawn, seen from one view of its past, or from three.

    The first view is the past as it is. A steered column has two more, both blind to the past: the
    second is told how the column should sound, the third is not. See `steer_logits`.
    """

    def __init__(self, stepper: DepthStepper, views: list[_View], guidance: float) -> None:
        self._stepper, self._guidance = stepper, guidance
        self._past = torch.stack([view.past for view in views])
        self._before = [view.before for view in views]
        self._cell = 0

    def logits(self) -> NDArray[np.float32]:
        """The logits `[V]` of the next code."""
        rows_at = self._stepper.embedding.rows_at
        rows = [row for before in self._before for row in rows_at(self._cell, before)]
        x = self._stepper.summed(rows, len(self._before)) + self._past
        logits = self._stepper.logits(x, self._cell)
        if len(logits) == 1:
            free: NDArray[np.float32] = logits[0]
            return free
        return steer_logits(logits, self._guidance)

    def accept(self, code: int) -> None:
        """Go on with this as the next code."""
        self._past = self._past + self._stepper.known[self._cell][code]
        for before in self._before:
            before.append(code)
        self._cell += 1


def _lay_out(layer: DepthLayer) -> _Layer:
    widen = layer.widen.weight * layer.norm.weight
    return _Layer(widen.cpu(), layer.narrow.weight.detach().t().contiguous().cpu())
