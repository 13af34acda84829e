"""Plays in real time without sound: for tests, and for machines without a sound card."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.outputs.options import OutputOptions, Source
from distill_live.parameters import Parameter


class ClockOutput:
    """Takes a block from the source whenever a sound card would have played one.

    Its time begins with the first `run` and goes on between two runs: the later one catches up.
    """

    name = "clock"
    doc = "Play in real time without sound."
    parameters: tuple[Parameter, ...] = ()

    def __init__(self, options: OutputOptions) -> None:
        self.sample_rate = options.audio_rate or SAMPLE_RATE
        self._block = options.block or 1024
        self._began: float | None = None
        self._taken = 0

    def describe(self) -> str:
        """What it plays on."""
        return "the clock (no sound)"

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        """Take blocks at the pace of real time, and catch up after a delay."""
        out = np.zeros((self._block, 1), np.float32)
        if self._began is None:
            self._began = time.monotonic()
        while not stopped():
            source.render(out)
            self._taken += self._block
            until = self._began + self._taken / self.sample_rate
            time.sleep(max(until - time.monotonic(), 0.0))

    def close(self) -> None:
        """There is nothing to close."""
