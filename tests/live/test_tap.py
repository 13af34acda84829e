import numpy as np

from distill_live.live.ring import CAPACITY
from distill_live.live.tap import TapRing


def test_a_tap_says_how_many_samples_a_slow_reader_lost() -> None:
    tap = TapRing()
    for start in range(0, CAPACITY + 1000, 1000):
        tap.write(np.arange(start, start + 1000, dtype=np.float32))
    samples, lost = tap.read(0)
    assert lost > 0
    assert samples[0, 0] == lost
    assert samples.shape[1] + lost == tap.written


def test_left_and_right_are_kept_apart_around_the_rings_end() -> None:
    tap = TapRing()
    pair = np.stack([np.arange(1000), -np.arange(1000)]).astype(np.float32)
    while tap.written < CAPACITY + 2500:
        tap.write(pair)
    np.testing.assert_array_equal(tap.read(tap.written - 1000)[0], pair)
