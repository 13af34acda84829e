import numpy as np

from distill_live.live.ring import CAPACITY
from distill_live.live.tap import TapRing


def test_a_tap_says_how_many_samples_a_slow_reader_lost() -> None:
    tap = TapRing()
    for start in range(0, CAPACITY + 1000, 1000):
        tap.write(np.arange(start, start + 1000, dtype=np.float32))
    samples, lost = tap.read(0)
    assert lost > 0
    assert samples[0] == lost
    assert len(samples) + lost == tap.written
