"""The column-wise prior one column at a time: a step of its transformer, then the column's codes.

The network within the column is small, and its codes are drawn on the CPU. So it stays on the CPU
even if the transformer is on a GPU, which is then used once per column. It runs for every code on
one vector at a time, where a call of torch takes longer than its sums: numpy needs half the time.
Steering is classifier-free guidance: see `steering.steer_logits`.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.models.prior.column_prior import ColumnPrior, DepthLayer, DepthNetwork
from distill_live.models.prior.graph_stepping import transformer_stepper
from distill_live.models.prior.steering import Steering, steer_logits
from distill_live.models.prior.stepping import Cache, ColumnDraw, Rows

Floats = NDArray[np.float32]

#: What torch's norms add to the variance.
_EPSILON = 1e-5
#: gelu(x) is about x / 2 (1 + tanh(_GELU (x + _CUBE x^3))), as torch's "tanh" approximates it.
_GELU, _CUBE = math.sqrt(2.0 / math.pi), 0.044715


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
        return self._depth.begin(past.numpy(), rows[-2:].reshape(-1), steering)

    def _step(self, cache: Cache, rows: Rows) -> Tensor:
        """Fill the cache's next place, feeding it the column before."""
        place = cache.length
        before = rows[place - 1] if place else np.full(len(self._firsts), self._columns.span - 1)
        return self._steps.step(cache, (before + self._firsts).tolist())


class _Layer(NamedTuple):
    """The two matrices of a DepthLayer: `widen [4d, d]`, and `narrow [d, 4d]`, halved for gelu."""

    widen: Floats
    narrow: Floats


class DepthStepper:
    """Steps the network within the column from code to code, on the CPU."""

    def __init__(self, depth: DepthNetwork) -> None:
        embedding = depth.embedding
        self.size, self.codes = depth.column_codes, embedding.codebook_size
        self.levels, self.span = depth.levels, embedding.span
        self.known = _array(depth.known)
        self._table = _array(embedding.weight)
        self._steering = copy.deepcopy(depth.steering).cpu()
        self._no_past = _array(depth.no_past)
        self._layers = [_lay_out(cast(DepthLayer, layer)) for layer in depth.layers]
        self._outputs = _array(depth.heads * depth.norm.weight)
        self._biases = _array(depth.head_bias)
        # For each cell: the places in `noted` of the codes it is fed, and what to add to each to
        # get its row in the table. The last place holds 0, so that the last row is the cell's own.
        count = len(embedding.neighbours)
        cells = np.arange(self.size)[:, None]
        noted = 2 * self.size + cells - np.array(embedding.neighbours)
        self._places = np.concatenate([noted, np.full_like(cells, 3 * self.size)], axis=1)
        firsts = np.tile(np.arange(count) * self.span, (self.size, 1))
        self._firsts = np.concatenate([firsts, cells + count * self.span], axis=1)
        self._scratch = np.zeros(4 * depth.known.shape[2], np.float32)

    @torch.inference_mode()
    def begin(self, past: Floats, before: NDArray[np.int64], steering: Steering) -> _DepthDraw:
        """Begin a column, given the transformer's summary of the past `[d]` and the codes of the
        last two columns, or of as many as there are."""
        views = [_View(past.copy(), self._note(before))]
        if steering.on:
            nothing = self._note(before[:0])
            told = self._no_past + self._steering(torch.tensor(steering.ranks)).numpy()
            views += [_View(told, nothing), _View(self._no_past.copy(), nothing.copy())]
        return _DepthDraw(self, views, steering.guidance)

    def logits(self, view: _View, cell: int) -> Floats:
        """The logits `[V]` of a code, from one view of its past."""
        rows = view.noted.take(self._places[cell])
        rows += self._firsts[cell]
        x = self._table.take(rows, 0).sum(0)
        x += view.past
        for widen, narrow in self._layers:
            y = np.dot(widen, _normed(x))
            x += np.dot(narrow, _gelu_twice(y, self._scratch))
        found: Floats = np.dot(self._outputs[cell % self.levels], _normed(x))
        found += self._biases[cell]
        return found

    def _note(self, before: NDArray[np.int64]) -> NDArray[np.int64]:
        """The codes of the last two columns and of the one that is drawn, each plus its level's
        offset, `[3 F Q]`, then a 0. Codes that are missing are "before the start", `span - 1`."""
        noted = np.full(3 * self.size + 1, self.span - 1)
        noted[-1] = 0
        first = 2 * self.size - len(before)
        levels = np.arange(len(before)) % self.levels
        noted[first : 2 * self.size] = before + levels * self.codes
        return noted


class _View(NamedTuple):
    """What the network knows of a column's past: a vector `[d]`, and the codes before it, see
    `DepthStepper._note`. Both grow with the column, in place."""

    past: Floats
    noted: NDArray[np.int64]


class _DepthDraw:
    """A column that is being drawn, seen from one view of its past, or from three.

    The first view is the past as it is. A steered column has two more, both blind to the past: the
    second is told how the column should sound, the third is not. See `steer_logits`.
    """

    def __init__(self, stepper: DepthStepper, views: list[_View], guidance: float) -> None:
        self._stepper, self._guidance = stepper, guidance
        self._views = views
        self._cell = 0

    def logits(self) -> Floats:
        """The logits `[V]` of the next code."""
        # A diverged prior may give infinity or NaN, which `code_probabilities` handles.
        with np.errstate(all="ignore"):
            found = [self._stepper.logits(view, self._cell) for view in self._views]
        return found[0] if len(found) == 1 else steer_logits(np.stack(found), self._guidance)

    def accept(self, code: int) -> None:
        """Go on with this as the next code."""
        stepper, cell = self._stepper, self._cell
        known = stepper.known[cell, code]
        row = code + cell % stepper.levels * stepper.codes
        for past, noted in self._views:
            np.add(past, known, out=past)
            noted[2 * stepper.size + cell] = row
        self._cell += 1


def _normed(x: Floats) -> Floats:
    """A vector `[d]` without its mean, with variance 1."""
    y: Floats = x - np.add.reduce(x) / len(x)
    y *= 1.0 / math.sqrt(np.dot(y, y) / len(x) + _EPSILON)
    return y


def _gelu_twice(y: Floats, out: Floats) -> Floats:
    """Twice the gelu of `y`, in `out`."""
    np.multiply(y, y, out=out)
    out *= _GELU * _CUBE
    out += _GELU
    out *= y
    np.tanh(out, out=out)
    out += 1.0
    out *= y
    return out


def _lay_out(layer: DepthLayer) -> _Layer:
    return _Layer(_array(layer.widen.weight * layer.norm.weight), _array(layer.narrow.weight / 2))


def _array(tensor: Tensor) -> Floats:
    """A tensor's values as they are now."""
    found: Floats = np.ascontiguousarray(tensor.detach().cpu().float().numpy())
    return found
