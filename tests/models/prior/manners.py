"""Recordings' codes for tests of manners, and how well a manner predicts a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.prior.manner import Manner, MannerTable

Grid = NDArray[np.int64]

#: The part of the probabilities that is spread evenly, so that no code is impossible.
_FLOOR = 0.01


def wandering(columns: int, bands: int = 2, levels: int = 3, size: int = 12, seed: int = 0) -> Grid:
    """Codes `[T, F, Q]` of a recording that uses half of the codes, and mostly stays or takes a
    step: a manner of its own."""
    generator = np.random.default_rng(seed)
    steps = generator.choice([0, 0, 0, 1, 1, 2], (columns, bands, levels))
    return (steps.cumsum(axis=0) + generator.integers(0, size, (bands, levels))) % (size // 2)


def low_and_high(bands: int, levels: int, size: int) -> tuple[TrainingCodes, TrainingCodes]:
    """Two recordings of 50 columns, low.wav with the lower half of all codes, high.wav with the
    upper one."""
    low = wandering(50, bands, levels, size).astype(np.int16)
    return TrainingCodes("low.wav", low), TrainingCodes("high.wav", size - 1 - low)


def wandering_table(size: int = 12, **settings: int) -> MannerTable:
    """The table of 200 such columns."""
    return MannerTable(wandering(200, size=size, **settings), size)


def bits(manner: Manner, grid: Grid) -> float:
    """How much each code of a grid `[T, F, Q]` surprises a manner, in bits on average: the
    cross-entropy."""
    _, bands, levels = grid.shape
    found = [
        manner.probabilities(band, level, column, previous)[column[band, level]]
        for previous, column in zip([None, *grid], grid, strict=False)
        for band in range(bands)
        for level in range(levels)
    ]
    likely = (1 - _FLOOR) * np.array(found) + _FLOOR / manner.shape[2]
    return float(-np.log2(likely).mean())
