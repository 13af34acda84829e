"""Plays samples that say their own number through the real sounddevice output.

Arguments: seconds, and the channels to play on.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from distill_live.outputs.options import OutputOptions
from distill_live.outputs.sounddevice import SoundDeviceOutput


class RampSource:
    """Sample n is (n + 1) / 2**24, exact in float32; every second channel has its negative."""

    def __init__(self) -> None:
        self.position = 0

    def render(self, out: NDArray[np.float32]) -> None:
        numbers = np.arange(self.position + 1, self.position + 1 + len(out))
        out[:] = (numbers / 2**24).astype(np.float32)[:, None]
        out[:, 1::2] *= -1.0
        self.position += len(out)

    def can_fill(self, count: int) -> bool:
        return True

    def count_fault(self) -> None:
        pass

    def note_latency(self, seconds: float) -> None:
        pass


if __name__ == "__main__":
    source = RampSource()
    channels = tuple(map(int, sys.argv[2:])) or None
    options = OutputOptions(latency_ms=800.0, audio_device="pulse", channels=channels)
    output = SoundDeviceOutput(options)
    print(output.describe(), flush=True)
    output.run(source, lambda: source.position > float(sys.argv[1]) * 48_000)
