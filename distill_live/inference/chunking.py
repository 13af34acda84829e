"""Joins chunks that were decoded separately, as models from Distill v1.1 do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.fades import DEFAULT_OVERLAP_SAMPLES, rising_fade


def crossfade_chunks(
    chunks: Sequence[NDArray[np.float32]], overlap_samples: int = DEFAULT_OVERLAP_SAMPLES
) -> NDArray[np.float32]:
    """Join chunks `[N]` into one sound; the end of each fades into the start of the next.

    The fade follows the two halves of a Hann window, whose sum is 1. It is never longer than half
    of the shortest chunk, so that the two fades of a chunk never overlap.
    """
    joined = np.zeros(0, dtype=np.float32)
    limits = [overlap_samples, *(len(chunk) // 2 for chunk in chunks)]
    overlap = max(min(limits), 0)
    fade_in = rising_fade(overlap)
    for chunk in chunks:
        if len(joined) and overlap:
            faded = joined[-overlap:] * fade_in[::-1] + chunk[:overlap] * fade_in
            joined = np.concatenate([joined[:-overlap], faded, chunk[overlap:]])
        else:
            joined = np.concatenate([joined, chunk])
    return joined
