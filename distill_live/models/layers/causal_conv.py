"""Causal convolutions over columns and frames whose memory of the past is plain data."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: The ends of every layer's input, in the order in which the layers run.
Tails = tuple[Tensor, ...]


class Past:
    """Hands each causal layer the end of its previous input, and collects the new ends.

    A `fresh` one, made without tails, is a stream's start: every layer sees zeros before its first
    input. Tensors are replaced, never changed in place, so `tails` can be kept as a snapshot.
    """

    def __init__(self, tails: Tails = ()) -> None:
        self._before = iter(tails)
        self.fresh = not tails
        self._after: list[Tensor] = []

    @property
    def tails(self) -> Tails:
        """What the next `Past` of the same stream starts from."""
        return tuple(self._after)

    def extend(self, x: Tensor, length: int) -> Tensor:
        """Put the `length` positions before `x` `[B, C, F, T]` in front of it."""
        if self.fresh:
            x = functional.pad(x, (length, 0))
        else:
            x = torch.cat((next(self._before), x), dim=-1)
        self._after.append(x[..., x.shape[-1] - length :])
        return x


class CausalConv(nn.Module):
    """A 2-D convolution `[B, C, F, T] -> [B, C', F, T]`: same size in frequency, causal in time.

    With `lookahead` output t sees inputs up to t + lookahead, and a stream's output lags its
    input by so much: the first call gives `lookahead` positions less.
    """

    def __init__(
        self, channels: int, out_channels: int, kernel: tuple[int, int], lookahead: int = 0
    ) -> None:
        super().__init__()
        self.past_length = kernel[1] - 1
        self.lookahead = lookahead
        self.conv = nn.Conv2d(channels, out_channels, kernel, padding=(kernel[0] // 2, 0))

    def forward(self, x: Tensor, past: Past) -> Tensor:
        """The next positions `[B, C, F, T]` of a stream to `[B, C', F, T]`; leaves their end in
        `past`."""
        fresh_lag = self.lookahead if past.fresh else 0
        y: Tensor = self.conv(past.extend(x, self.past_length)[..., fresh_lag:])
        return y
