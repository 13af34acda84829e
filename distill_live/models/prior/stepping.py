"""A prior one code at a time: what a session asks of it, and single steps of the transformer.

In a step, calls cost more than arithmetic, so it uses no modules: the weights of norms are folded
into the matrices after them, and queries are scaled beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.models.layers.packed_matrix import Matrix, matrix_of
from distill_live.models.layers.transformer import Block
from distill_live.models.prior.steering import Steering

Rows = NDArray[np.int64]


class ColumnDraw(Protocol):
    """A column that is being drawn, code by code."""

    def logits(self) -> NDArray[np.float32]:
        """The logits `[V]` of the next code."""

    def accept(self, code: int) -> None:
        """Go on with this as the next code."""


class Stepper(Protocol):
    """Takes a prior through contexts. Call it in inference mode.

    The weights are those that the prior had when the stepper was made.
    """

    def new_cache(self) -> Cache:
        """A cache for one context, empty."""

    def prefill(self, cache: Cache, rows: Rows) -> None:
        """Fill a cache in one pass from a context's first columns `[T, F * Q]`."""

    def begin(self, cache: Cache, rows: Rows, steering: Steering) -> ColumnDraw:
        """Begin the column that follows a context's columns `[T, F * Q]`.

        Those that the cache lacks are stepped through. The cache must not be used for anything
        else until the column is drawn or given up.
        """


class Cache:
    """Keys and values `[2, heads, capacity, d]` of every layer; `length` places are valid.

    A column has `column_places` places.
    """

    def __init__(self, layers: list[Tensor], column_places: int) -> None:
        self.layers = layers
        self.column_places = column_places
        self.length = 0

    def keep(self, columns: int) -> None:
        """Keep the first `columns` columns and forget the rest."""
        self.length = min(self.length, max(columns, 0) * self.column_places)


class _Layer(NamedTuple):
    """A block's matrices: queries, keys and values `[3D, D]`, and the three after them."""

    qkv: Matrix
    out: Matrix
    widen: Matrix
    narrow: Matrix


class TransformerStepper:
    """Steps blocks through a context, place by place.

    Each place is fed the sum of `place_rows` rows of `table` `[rows, D]`; `rotary` is
    `[2, capacity, d]`.
    """

    @torch.inference_mode()
    def __init__(
        self, blocks: Sequence[Block], rotary: Tensor, table: Tensor, place_rows: int
    ) -> None:
        self._blocks, self._rotary, self._table = blocks, rotary, table.detach()
        width, heads = table.shape[1], blocks[0].num_heads if blocks else 1
        self._width = (width,)
        self._heads = (3, heads, width // heads)
        self._cosines, self._sines = _turns(rotary, heads)
        self._turns = list(zip(self._cosines.unbind(0), self._sines.unbind(0), strict=True))
        places = torch.arange(3 * width, device=table.device)
        self._partners = places.view(self._heads).roll(self._heads[2] // 2, -1).flatten()
        self._layers = [_lay_out(block) for block in blocks]

    def new_cache(self, column_places: int) -> Cache:
        """An empty cache for as many places as there are rotary positions."""
        shape = (len(self._layers), 2, self._heads[1], self._rotary.shape[1], self._heads[2])
        return Cache([*torch.zeros(shape, device=self._table.device)], column_places)

    def prefill(self, cache: Cache, x: Tensor) -> None:
        """Fill the cache's first T places, in one pass, from their inputs `[1, T, D]`."""
        for block, layer in zip(self._blocks, cache.layers, strict=True):
            x, keys, values = block(x, self._rotary)
            layer[:, :, : x.shape[1]] = torch.cat([keys, values])
        cache.length = x.shape[1]

    def step(self, cache: Cache, rows: list[int]) -> Tensor:
        """Fill the cache's next place from the sum of `rows`: the last block's output `[D]`."""
        place = cache.length

        def attend(cached: Tensor, qkv: Tensor) -> Tensor:
            cached[:, :, place] = qkv[1:]
            keys, values = cached[:, :, : place + 1].unbind(0)
            scores = torch.bmm(qkv[0].unsqueeze(1), keys.transpose(1, 2))  # [heads, 1, places]
            return torch.bmm(torch.softmax(scores, -1), values)

        cache.length = place + 1
        there = torch.tensor(rows, device=self._table.device)
        return self._through_layers(cache, there, *self._turns[place], attend)

    def _through_layers(
        self,
        cache: Cache,
        rows: Tensor,
        cosines: Tensor,
        sines: Tensor,
        attend: Callable[[Tensor, Tensor], Tensor],
    ) -> Tensor:
        """The last block's output `[D]` at a place that is fed the sum of `rows`.

        `cosines` and `sines` `[3D]` turn its queries and keys; `attend` takes a layer's cache and
        the place's queries, keys and values `[3, heads, d]`, and gives the attention's output.
        """
        x = self._table.index_select(0, rows).sum(0)
        for layer, cached in zip(self._layers, cache.layers, strict=True):
            y = layer.qkv(functional.layer_norm(x, self._width))
            y = torch.addcmul(y * cosines, y.index_select(0, self._partners), sines)
            x = x + layer.out(attend(cached, y.view(self._heads)).view(-1))
            y = layer.widen(functional.layer_norm(x, self._width))
            x = x + layer.narrow(functional.gelu(y, approximate="tanh"))
        return x


def _turns(rotary: Tensor, heads: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines `[places, 3D]` for queries, keys and values, which are not turned."""
    cosines, sines = rotary.tile(1, 1, heads)
    ones, zeros = torch.ones_like(cosines), torch.zeros_like(sines)
    cosines = torch.cat([cosines, cosines, ones], -1)
    sines = torch.cat([sines, sines, zeros], -1)
    return cosines, sines


def _lay_out(block: Block) -> _Layer:
    qkv = block.qkv.weight * block.attention_norm.weight
    queries = qkv[: qkv.shape[1]]
    queries *= (queries.shape[0] // block.num_heads) ** -0.5
    weights = (qkv, block.out.weight, block.widen.weight * block.norm.weight, block.narrow.weight)
    return _Layer(*(matrix_of(weight) for weight in weights))
