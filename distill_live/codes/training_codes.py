"""The recordings that a model learned from, as its codec sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TrainingCodes:
    """What a model learned from one recording: its path inside the folder, and its codes
    `[T, F, Q]` from its start on, without the end that was held out."""

    name: str
    codes: NDArray[np.int16]
