"""Sound of one channel, `[N]`, or of two, `[N, 2]`, left and right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def mid(sound: Samples) -> Samples:
    """The mean of both channels `[N]`; of one channel, the channel itself."""
    return sound if sound.ndim == 1 else (sound[:, 0] + sound[:, 1]) * np.float32(0.5)


def with_channels_of(other: Samples, sound: Samples) -> Samples:
    """A sound in as many channels as another one has: a single channel goes to both, and of both
    the mean is taken."""
    if other.ndim == 1:
        return mid(sound)
    return sound if sound.ndim == 2 else np.stack([sound, sound], axis=1)
