"""The newest sound, which is repeated when there is no time to make more."""

from __future__ import annotations

from collections import deque

import numpy as np

from distill_live.audio.stereo.channels import joined
from distill_live.live.ipc.ring import Samples

#: Samples that are kept: two seconds.
RECENT = 96_000


class Recent:
    """The newest `RECENT` samples, in pieces by ring position, without gaps."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Samples]] = deque()

    @property
    def length(self) -> int:
        """How many samples are kept."""
        return sum(len(samples) for _, samples in self._pieces)

    def last(self, length: int) -> Samples:
        """The last `length` samples [N] or [N, C]; fewer if fewer are kept."""
        pieces = [samples for _, samples in self._pieces]
        return joined(np.zeros(0, np.float32), *pieces)[-length:]

    def append(self, position: int, samples: Samples) -> None:
        """Add samples [N] or [N, C] that begin at a ring position; the oldest make room."""
        self._pieces.append((position, samples))
        end = position + len(samples)
        while self._pieces[0][0] + len(self._pieces[0][1]) < end - RECENT:
            self._pieces.popleft()

    def cut(self, position: int) -> None:
        """Forget the samples from ring position `position` on."""
        while self._pieces and self._pieces[-1][0] >= position:
            self._pieces.pop()
        if self._pieces:
            start, samples = self._pieces.pop()
            self._pieces.append((start, samples[: position - start]))
