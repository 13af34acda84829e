"""How loud sounds are: RMS levels, and what counts as silence."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

#: Below this RMS level, in dBFS, a sound counts as silence.
SILENCE_DB = -80.0


def mean_square(samples: NDArray[np.float32]) -> float:
    """The mean square of samples of any shape; 0 if there are none."""
    return float(np.square(samples, dtype=np.float64).mean()) if samples.size else 0.0


def level_db(power: NDArray[np.float64] | float, least: float) -> NDArray[np.float64]:
    """RMS levels in dBFS of sounds with these mean squares, 0 or more; at least `least`."""
    levels: NDArray[np.float64] = 10.0 * np.log10(np.maximum(power, 10.0 ** (least / 10.0)))
    return levels


def loudness_db(power: float) -> float:
    """The RMS level in dBFS of a sound with this mean square; -inf for silence."""
    level = float(level_db(power, SILENCE_DB))
    return level if level > SILENCE_DB else -math.inf
