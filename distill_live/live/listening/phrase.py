"""Finds what was played last: from an onset after a silence to the next silence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Quieter columns are silence, in dB below full scale.
SILENCE_DB = -50.0
#: A shorter rest belongs to a phrase, in seconds.
REST_SECONDS = 0.5
#: The longest phrase, in seconds: of a longer one, its end.
LONGEST_SECONDS = 20.0


def last_phrase(loudness: NDArray[np.float32], column_seconds: float) -> slice | None:
    """Where in columns of that loudness [T], in dB, the last phrase is; None if all are silence.

    It begins with the onset after the last silence of at least REST_SECONDS, ends with its last
    column that is no silence, and lasts LONGEST_SECONDS at most.
    """
    loud = np.flatnonzero(loudness > SILENCE_DB)
    if not len(loud):
        return None
    rests = np.flatnonzero(np.diff(loud) > REST_SECONDS / column_seconds)
    first = loud[rests[-1] + 1] if len(rests) else loud[0]
    end = int(loud[-1]) + 1
    return slice(max(int(first), end - round(LONGEST_SECONDS / column_seconds)), end)
