"""A grid of codes in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from distill_live.codes.grid import CodeGrid
from distill_live.codes.timeline import Codes


@dataclass(frozen=True)
class LevelStatistics:
    """How one level uses its codebook.

    `used` is how many different codes occur, `entropy_bits` how many bits a code needs on average
    (all codes equally often: `most_bits`). `changes_per_second` is how often a cell changes its
    code, on average over the bands. `held` is the share of cells with the code of the column
    before, and `commonest` the most frequent codes.
    """

    label: str
    used: int
    codebook_size: int
    entropy_bits: float
    most_bits: float
    changes_per_second: float
    held: float
    commonest: tuple[int, ...]


@dataclass(frozen=True)
class GridStatistics:
    """What `measure` finds in a grid. `repeated_columns` have all the codes of a column before
    them, wherever it is; `longest_hold_seconds` is the longest time without any change."""

    columns: int
    seconds: float
    levels: tuple[LevelStatistics, ...]
    repeated_columns: int
    longest_hold_seconds: float


def measure(grid: CodeGrid, commonest: int = 3) -> GridStatistics:
    """The statistics of a grid with at least one column."""
    rows = grid.codes.reshape(len(grid.codes), -1)
    return GridStatistics(
        columns=len(rows),
        seconds=grid.duration_seconds,
        levels=tuple(
            _measure_level(grid, level, commonest) for level in range(grid.codes.shape[2])
        ),
        repeated_columns=len(rows) - len(np.unique(rows, axis=0)),
        longest_hold_seconds=_longest_hold(rows) * grid.column_seconds,
    )


def _measure_level(grid: CodeGrid, level: int, commonest: int) -> LevelStatistics:
    codes = grid.codes[..., level]
    counts = np.bincount(codes.ravel(), minlength=grid.codebook_size)
    shares = counts[counts > 0] / counts.sum()
    changed = (codes[1:] != codes[:-1]).mean() if len(codes) > 1 else 0.0
    order = np.argsort(-counts, kind="stable")[:commonest]
    return LevelStatistics(
        label=grid.level_labels[level],
        used=len(shares),
        codebook_size=grid.codebook_size,
        entropy_bits=float(-(shares * np.log2(shares)).sum()) + 0.0,
        most_bits=float(np.log2(grid.codebook_size)),
        changes_per_second=float(changed) / grid.column_seconds,
        held=1.0 - float(changed) if len(codes) > 1 else 0.0,
        commonest=tuple(int(code) for code in order if counts[code]),
    )


def _longest_hold(rows: Codes) -> int:
    """How many equal columns `[T, cells]` follow each other at most."""
    changes = np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1
    return int(np.diff(np.concatenate([[0], changes, [len(rows)]])).max())
