"""What tests of sessions share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.models.sampling import Sampling
from distill_live.models.session import PriorSession

Grid = NDArray[np.int64]
FREE = Sampling(top_p=0.0)


def play(session: PriorSession, columns: int, sampling: Sampling = FREE) -> Grid:
    """The next columns `[columns, F, Q]`."""
    return np.concatenate([session.step(sampling) for _ in range(columns)])
