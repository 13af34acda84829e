"""The prior of Distill v1.1 one code at a time, with the keys and values of its chunk kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from distill_live.models.distill_v1.chunk_prior import ChunkPrior
from distill_live.models.prior.steering import Steering
from distill_live.models.prior.stepping import Cache, ColumnDraw, Rows


class ChunkStepper:
    """Takes a chunk prior through chunks; see `stepping.Stepper`."""

    @torch.inference_mode()
    def __init__(self, prior: ChunkPrior) -> None:
        config = prior.config
        self._heads = (3, config.num_heads, config.hidden_size // config.num_heads)
        self._size = config.seq_len
        self._tokens, self._places = prior.token_emb.weight.detach(), prior.places()
        self._layers = [_lay_out(layer) for layer in prior.layers]
        self._norm, self._output = _affine(prior.ln_f), prior.head.weight.detach()
        self.first_logits: NDArray[np.float32] = prior.first_logits.cpu().numpy()

    def new_cache(self) -> Cache:
        """A cache for one chunk, empty."""
        _, heads, depth = self._heads
        shape = (len(self._layers), 2, heads, self._size, depth)
        return Cache([*torch.zeros(shape, device=self._tokens.device)], self._size)

    def prefill(self, cache: Cache, rows: Rows) -> None:
        """Nothing: a chunk does not look at those before it."""

    def begin(self, cache: Cache, rows: Rows, steering: Steering) -> ColumnDraw:
        """Begin a chunk; neither the columns before it nor steering tell in it."""
        cache.length = 0
        return _ChunkDraw(self, cache)

    def step(self, cache: Cache, code: int) -> NDArray[np.float32]:
        """Put a code into the cache's next place: the logits `[V]` of the code after it."""
        place = cache.length
        cache.length = place + 1
        x = self._tokens[code] + self._places[place]
        for layer, cached in zip(self._layers, cache.layers, strict=True):
            qkv = torch.addmv(layer.qkv_bias, layer.qkv, _normed(x, layer.attention_norm))
            queries, keys, values = qkv.view(self._heads)
            cached[0, :, place], cached[1, :, place] = keys, values
            seen, told = cached[:, :, : place + 1].unbind(0)
            scores = torch.bmm(queries.unsqueeze(1), seen.transpose(1, 2))  # [heads, 1, places]
            found = torch.bmm(torch.softmax(scores, -1), told).view(-1)
            x = x + torch.addmv(layer.out_bias, layer.out, found)
            wide = torch.addmv(layer.widen_bias, layer.widen, _normed(x, layer.norm))
            x = x + torch.addmv(layer.narrow_bias, layer.narrow, torch.relu(wide))
        logits: NDArray[np.float32] = torch.mv(self._output, _normed(x, self._norm)).cpu().numpy()
        return logits


class _ChunkDraw:
    """A chunk that is being drawn."""

    def __init__(self, stepper: ChunkStepper, cache: Cache) -> None:
        self._stepper, self._cache = stepper, cache
        self._last: int | None = None

    def logits(self) -> NDArray[np.float32]:
        """The logits `[V]` of the next code."""
        if self._last is None:
            return self._stepper.first_logits
        return self._stepper.step(self._cache, self._last)

    def accept(self, code: int) -> None:
        """Go on with this as the next code."""
        self._last = code


class _Affine(NamedTuple):
    """A layer norm's weight and bias `[D]` each, and its epsilon."""

    weight: Tensor
    bias: Tensor
    epsilon: float


class _Layer(NamedTuple):
    """One block's matrices, with their biases and norms; queries come scaled."""

    attention_norm: _Affine
    qkv: Tensor
    qkv_bias: Tensor
    out: Tensor
    out_bias: Tensor
    norm: _Affine
    widen: Tensor
    widen_bias: Tensor
    narrow: Tensor
    narrow_bias: Tensor


def _lay_out(layer: nn.TransformerEncoderLayer) -> _Layer:
    attention = layer.self_attn
    width = attention.embed_dim
    scale = torch.ones(3 * width, device=attention.in_proj_weight.device)
    scale[:width] = attention.head_dim**-0.5
    return _Layer(
        _affine(layer.norm1),
        attention.in_proj_weight * scale[:, None],
        attention.in_proj_bias * scale,
        attention.out_proj.weight.detach(),
        attention.out_proj.bias.detach(),
        _affine(layer.norm2),
        layer.linear1.weight.detach(),
        layer.linear1.bias.detach(),
        layer.linear2.weight.detach(),
        layer.linear2.bias.detach(),
    )


def _affine(norm: nn.LayerNorm) -> _Affine:
    return _Affine(norm.weight.detach(), norm.bias.detach(), norm.eps)


def _normed(x: Tensor, norm: _Affine) -> Tensor:
    return functional.layer_norm(x, x.shape, norm.weight, norm.bias, norm.epsilon)
