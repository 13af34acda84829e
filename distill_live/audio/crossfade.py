"""The fade between sounds that overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: How far neighbouring chunks overlap when nothing else is asked for: 50 ms at 48 kHz.
DEFAULT_OVERLAP_SAMPLES = 2400


def rising_fade(count: int) -> NDArray[np.float32]:
    """The first half of a Hann window `[count]`; with its mirror image it adds up to 1."""
    fade: NDArray[np.float32] = (
        0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))
    ).astype(np.float32)
    return fade
