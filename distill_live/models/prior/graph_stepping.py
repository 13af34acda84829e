"""Steps of a prior's transformer on an NVIDIA GPU as a CUDA graph: one call instead of dozens.

Only the transformer's step is captured, not the network within a column, the drawing of codes or
the decoder. The column-wise prior computes the first two on the CPU, so a column costs one replay,
a copy to the CPU, and the column's codes there. A flat prior costs a replay per code.

A graph replays the same kernels on the same memory. So a step's inputs, the place among them, are
in a buffer, and attention covers the whole cache and masks the places ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from distill_live.models.layers.transformer import Block
from distill_live.models.prior.stepping import Cache, TransformerStepper

#: Steps before a capture, as many as torch's documentation recommends.
_WARM_STEPS = 3


def transformer_stepper(
    blocks: Sequence[Block], rotary: Tensor, table: Tensor, place_rows: int
) -> TransformerStepper:
    """The stepper for the device of the weights: with a CUDA graph if that is CUDA."""
    kind = GraphStepper if table.device.type == "cuda" else TransformerStepper
    return kind(blocks, rotary, table, place_rows)


class _Captured(NamedTuple):
    """A step of one cache as a graph, and where it puts the activations `[D]`."""

    graph: torch.cuda.CUDAGraph
    x: Tensor


class GraphStepper(TransformerStepper):
    """A stepper whose steps all have the same shapes; on CUDA they are captured and replayed.

    Each cache has a graph of its own, captured at its first step. On the CPU, where the same steps
    run uncaptured, tests compare them with TransformerStepper: they agree except for the last bits.
    The capture is tested only on machines with an NVIDIA GPU.
    """

    @torch.inference_mode()
    def __init__(
        self, blocks: Sequence[Block], rotary: Tensor, table: Tensor, place_rows: int
    ) -> None:
        super().__init__(blocks, rotary, table, place_rows)
        self._places = torch.arange(rotary.shape[1], device=table.device)
        #: The table's rows, then the place.
        self._inputs = torch.zeros(place_rows + 1, dtype=torch.int64).to(table.device)
        self._captured: dict[Cache, _Captured] = {}

    def step(self, cache: Cache, rows: list[int]) -> Tensor:
        """As TransformerStepper.step, but the output `[D]` is valid only until the next step."""
        place = cache.length
        self._inputs.copy_(torch.tensor([*rows, place]))
        cache.length = place + 1
        if self._inputs.device.type != "cuda":
            return self._static_step(cache)
        if cache not in self._captured:
            self._captured[cache] = self._capture(cache)
        graph, x = self._captured[cache]
        graph.replay()
        return x

    def _static_step(self, cache: Cache) -> Tensor:
        """The step for the inputs in the buffer, always with the same shapes and memory."""
        rows, place = self._inputs[:-1], self._inputs[-1:]
        ahead = self._places > place

        def attend(cached: Tensor, qkv: Tensor) -> Tensor:
            cached.index_copy_(2, place, qkv[1:].unsqueeze(2))
            keys, values = cached.unbind(0)
            scores = torch.bmm(qkv[0].unsqueeze(1), keys.transpose(1, 2))  # [heads, 1, capacity]
            return torch.bmm(torch.softmax(scores.masked_fill(ahead, -torch.inf), -1), values)

        cosines = self._cosines.index_select(0, place).view(-1)
        sines = self._sines.index_select(0, place).view(-1)
        return self._through_layers(cache, rows, cosines, sines, attend)

    def _capture(self, cache: Cache) -> _Captured:
        """Capture a step of a cache. It runs several times, with the same result each time."""
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch has no type for it
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM_STEPS):
                self._static_step(cache)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            x = self._static_step(cache)
        return _Captured(graph, x)
