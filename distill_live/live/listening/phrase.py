"""Finds the phrase that was played last: from its onset after a rest to the next rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: A column whose RMS level is below this, in dBFS, belongs to a rest.
REST_DB = -50.0
#: A shorter rest is part of a phrase, in seconds.
REST_SECONDS = 0.5
#: The longest phrase, in seconds: of a longer one, its end.
LONGEST_SECONDS = 20.0


def last_phrase(loudness: NDArray[np.float32], column_seconds: float) -> slice | None:
    """Where in columns of these levels [T], in dBFS, the last phrase is; None if there is none.

    It begins with the onset after the last rest of at least REST_SECONDS, ends with its last loud
    column, and lasts LONGEST_SECONDS at most.
    """
    loud = np.flatnonzero(loudness > REST_DB)
    if not len(loud):
        return None
    rests = np.flatnonzero(np.diff(loud) > REST_SECONDS / column_seconds)
    first = loud[rests[-1] + 1] if len(rests) else loud[0]
    end = int(loud[-1]) + 1
    return slice(max(int(first), end - round(LONGEST_SECONDS / column_seconds)), end)
