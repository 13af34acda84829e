"""A writer of futures whose samples say which future they are of, and where."""

import random
import time

import numpy as np

from distill_live.live.ipc.ring import AudioRing
from distill_live.shared_memory import SharedArray

#: Sample = number of its switch * PLACES + position, both modulo PLACES; exact in float32.
PLACES = 2**12


def says_who_it_is(switch: int | np.ndarray, positions: np.ndarray) -> np.ndarray:
    """The samples of a switch at some positions."""
    return (switch % PLACES * PLACES + positions % PLACES).astype(np.float32)


def in_channels(ring: AudioRing, samples: np.ndarray) -> np.ndarray:
    """Samples [N] as a ring has them: the second channel is the first one, inverted."""
    return samples if ring.channels == 1 else np.stack([samples, -samples], axis=1)


def publish(ring: AudioRing, at: int, fade: int = 0) -> None:
    """Publish a future that begins at position `at` and is longer than any block."""
    lane = ring.begin_future(at)
    for start in range(at, at + 6000, 1500):
        samples = says_who_it_is(ring.published + 1, np.arange(start, start + 1500))
        ring.write(lane, in_channels(ring, samples))
    ring.switch(lane, at, fade)


def publish_without_end(ring: AudioRing, stopped: SharedArray, fade: int) -> None:
    """Publish futures near the read position, as fast as can be, until `stopped`."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    while not stopped.array[0]:
        at = max(ring.read_position + chance.randint(-500, 1000), 0)
        pending = ring.pending_switch()
        # Never so late that what sounds until then has ended.
        known = [ring.sounding_lane] if pending is None else [ring.sounding_lane, pending[0]]
        publish(ring, min(at, *map(ring.written, known)), fade)
        time.sleep(chance.choice((0.0, 0.0, 0.0, 1e-4)))
