"""Sample rate conversion. Only this module imports soxr."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def resample(audio: Samples, from_rate: float, to_rate: float) -> Samples:
    """Convert a whole recording `[N]` or `[N, C]` from one rate to another (Hz).

    Equal rates give the samples back as they are.
    """
    if from_rate == to_rate or audio.shape[0] == 0:
        return audio
    converted: Samples = soxr.resample(np.ascontiguousarray(audio), from_rate, to_rate)
    return converted


class StreamResampler:
    """Convert a stream block by block, with no seam between blocks.

    What comes out lags what goes in by the filter's delay; `last=True` gives the rest out and
    leaves the resampler fresh for another stream. Equal rates pass blocks through undelayed.
    """

    def __init__(self, from_rate: float, to_rate: float, channels: int) -> None:
        self._stream = None
        if from_rate != to_rate:
            self._stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32")

    def process(self, block: Samples, last: bool = False) -> Samples:
        """Take a block `[n, C]`, return what can be given out by now `[m, C]`."""
        if self._stream is None:
            return block
        converted: Samples = self._stream.resample_chunk(
            np.ascontiguousarray(block, dtype=np.float32), last=last
        )
        if last:
            self._stream.clear()
        return converted
