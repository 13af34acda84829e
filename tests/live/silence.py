"""Whether a recording is ever silent."""

from __future__ import annotations

import numpy as np

from distill_live.live.playback.bridge import LEAST


def assert_no_silence(samples: np.ndarray) -> None:
    """No 10 ms of a recording [N] of dense sound are silent, except around the fades at both ends,
    and before enough was heard to have a passage to repeat."""
    inner = np.abs(samples[: -48_000 // 5])
    frames = inner[: len(inner) // 480 * 480].reshape(-1, 480).mean(axis=1)
    loud = frames > 0.1 * np.median(frames)
    first = int(np.argmax(np.cumsum(loud) >= LEAST // 480 + 10))
    assert first > 0
    assert loud[first:].all()
