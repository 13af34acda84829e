"""The kind of sound that all pieces of the set are, and what several modules do with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: The sample rate of the set in Hz.
RATE = 48_000

#: Samples [N] of one channel, or [N, 2].
Sound = NDArray[np.float64]
Random = np.random.Generator


def lay(whole: Sound, part: Sound, at: int) -> None:
    """Add `part` to `whole`, both [N, 2] or both [N], from sample `at` on; what hangs over is cut
    off."""
    end = min(at + len(part), len(whole))
    if end > at:
        whole[at:end] += part[: end - at]


def exactly(sound: Sound, count: int) -> Sound:
    """The first `count` samples, with silence after the end."""
    missing = max(count - len(sound), 0)
    return np.pad(sound[:count], [(0, missing)] + [(0, 0)] * (sound.ndim - 1))


def scaled(sound: Sound, peak: float = 1.0) -> Sound:
    """The sound with this peak; silence stays silent."""
    loudest = float(np.abs(sound).max(initial=0.0))
    return sound * (peak / loudest) if loudest > 0 else sound


def placed(sound: Sound, place: float) -> Sound:
    """Mono `[N]` as stereo `[N, 2]`, from -1 (left) to 1 (right), equally loud everywhere."""
    angle = (place + 1.0) * np.pi / 4.0
    return np.stack([sound * np.cos(angle), sound * np.sin(angle)], axis=1)


def either(random: Random, low: float, high: float) -> float:
    """A number between two, equally likely in every octave."""
    return float(low * (high / low) ** random.random())
