"""The prior one code at a time: its weights laid out for single steps, and the cache they fill.

A step costs more in calls than in arithmetic, so it does without modules: norms' weights are folded
into the matrices behind them, and queries come scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from distill_live.models.prior import Block, CodePrior


class _Layer(NamedTuple):
    """One block's matrices: queries, keys and values `[3D, D]`, and the three behind them."""

    qkv: Tensor
    out: Tensor
    widen: Tensor
    narrow: Tensor


class PriorCache:
    """Keys and values `[2, heads, capacity, d]` of every layer; `length` places are valid.

    Setting `length` back forgets what lies behind it.
    """

    def __init__(self, prior: CodePrior) -> None:
        config = prior.config
        width = config.hidden_size // config.num_heads
        shape = (config.num_layers, 2, config.num_heads, config.seq_len, width)
        self.layers = [*torch.zeros(shape, device=prior.device)]
        self.length = 0


class PriorStepper:
    """Steps a prior through a context, code by code.

    The weights are those that the prior had when the stepper was made.
    """

    @torch.inference_mode()
    def __init__(self, prior: CodePrior) -> None:
        config = prior.config
        self._prior = prior
        self._width = (config.hidden_size,)
        self._heads = (3, config.num_heads, config.hidden_size // config.num_heads)
        self._span, self._neighbours = prior.embedding.span, prior.embedding.neighbours
        self._codebook_size, self._levels = config.codebook_size, config.num_quantizers
        self._column_codes = config.column_codes
        self._table = prior.embedding.weight.detach()
        self._cosines, self._sines = _turns(prior.rotary, config.num_heads)
        self._turns = list(zip(self._cosines.unbind(0), self._sines.unbind(0), strict=True))
        places = torch.arange(3 * config.hidden_size, device=prior.device)
        self._partners = places.view(self._heads).roll(self._heads[2] // 2, -1).flatten()
        self._layers = [_lay_out(block) for block in prior.layers]
        self._outputs = [*(prior.heads * prior.norm.weight)]
        self._biases = [*prior.head_bias.detach()]

    @torch.inference_mode()
    def prefill(self, cache: PriorCache, codes: NDArray[np.int64]) -> None:
        """Fill the cache's first T places, in one pass, from a context's first codes `[T]`."""
        x = self._prior.embedding(torch.from_numpy(codes)[None].to(self._table.device))
        for block, layer in zip(self._prior.layers, cache.layers, strict=True):
            x, keys, values = block(x, self._prior.rotary)
            layer[:, :, : len(codes)] = torch.cat([keys, values])
        cache.length = len(codes)

    def step(self, cache: PriorCache, before: list[int]) -> Tensor:
        """Fill the cache's next place: activations `[D]` from which `logits` tells its code.

        `before` ends with the code before that place and holds as many of a context's codes as
        there are, or two columns. To be called in inference mode.
        """
        place = cache.length

        def attend(cached: Tensor, qkv: Tensor) -> Tensor:
            cached[:, :, place] = qkv[1:]
            keys, values = cached[:, :, : place + 1].unbind(0)
            scores = torch.bmm(qkv[0].unsqueeze(1), keys.transpose(1, 2))  # [heads, 1, places]
            return torch.bmm(torch.softmax(scores, -1), values)

        rows = torch.tensor(self._rows(place, before), device=self._table.device)
        cache.length = place + 1
        return self._through_layers(cache, rows, *self._turns[place], attend)

    def _through_layers(
        self,
        cache: PriorCache,
        rows: Tensor,
        cosines: Tensor,
        sines: Tensor,
        attend: Callable[[Tensor, Tensor], Tensor],
    ) -> Tensor:
        """The activations `[D]` of a place that is fed the embedding's `rows`.

        `cosines` and `sines` `[3D]` turn its queries and keys; `attend` takes a layer's cache and
        the place's queries, keys and values `[3, heads, d]`, and gives what it finds there.
        """
        x = self._table.index_select(0, rows).sum(0)
        for layer, cached in zip(self._layers, cache.layers, strict=True):
            y = torch.mv(layer.qkv, functional.layer_norm(x, self._width))
            y = torch.addcmul(y * cosines, y.index_select(0, self._partners), sines)
            x = torch.addmv(x, layer.out, attend(cached, y.view(self._heads)).view(-1))
            y = torch.mv(layer.widen, functional.layer_norm(x, self._width))
            x = torch.addmv(x, layer.narrow, functional.gelu(y, approximate="tanh"))
        return x

    def logits(self, x: Tensor, cell: int) -> NDArray[np.float32]:
        """Activations `[D]` of a place to the logits `[V]` of its code; `cell` says where in
        the column it stands. To be called in inference mode."""
        normed = functional.layer_norm(x, self._width)
        y = torch.addmv(self._biases[cell], self._outputs[cell % self._levels], normed)
        found: NDArray[np.float32] = y.cpu().numpy()
        return found

    def _rows(self, place: int, before: list[int]) -> list[int]:
        """The embedding's rows for one place, as ContextEmbedding.rows finds them for all."""
        rows = []
        for number, distance in enumerate(self._neighbours):
            row = self._span - 1
            if distance <= len(before):
                row = before[-distance] + (place - distance) % self._levels * self._codebook_size
            rows.append(row + number * self._span)
        rows.append(place % self._column_codes + len(rows) * self._span)
        return rows


def _turns(rotary: Tensor, heads: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines `[places, 3D]`, for queries, keys and (not turned) values at once."""
    cosines, sines = rotary.tile(1, 1, heads)
    ones, zeros = torch.ones_like(cosines), torch.zeros_like(sines)
    cosines = torch.cat([cosines, cosines, ones], -1)
    sines = torch.cat([sines, sines, zeros], -1)
    return cosines, sines


def _lay_out(block: Block) -> _Layer:
    qkv = block.qkv.weight * block.attention_norm.weight
    queries = qkv[: qkv.shape[1]]
    queries *= (queries.shape[0] // block.num_heads) ** -0.5
    return _Layer(
        qkv, block.out.weight, block.widen.weight * block.norm.weight, block.narrow.weight
    )
