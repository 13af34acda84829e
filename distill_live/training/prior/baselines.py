"""Predicting codes by counting: the two models that a prior has to beat."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.training.data.sequences import CodeSequences

# Both models get the smoothing that suits the validation codes best, so that a prior cannot beat
# them merely because they were handicapped.
_UNIGRAM_WEIGHTS = (0.5, 2.0, 8.0, 32.0, 128.0)
_PAIR_WEIGHTS = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)


@dataclass(frozen=True)
class Baselines:
    """Validation perplexities per code, 1..V.

    `unigram` knows how often each code occurs in its band and level, `previous_column` how often
    it follows the code of the same band and level in the column before.
    """

    unigram: float
    previous_column: float


def measure_baselines(sequences: CodeSequences, codebook_size: int) -> Baselines:
    """Count on the training grids, then predict the held-out columns.

    Add-alpha smoothing; pairs fall back to the unigram, as does a recording's first column.
    """
    singles, pairs = _count(sequences, codebook_size)
    before, after = _held_out(sequences)
    cells = np.broadcast_to(np.arange(after.shape[1]), after.shape)
    unigrams = [_smooth(singles, alpha, 1.0 / codebook_size) for alpha in _UNIGRAM_WEIGHTS]
    likelihoods = [_nll(one[cells, after]) for one in unigrams]
    unigram = unigrams[int(np.argmin(likelihoods))]
    found = []
    for weight in _PAIR_WEIGHTS:
        # The count of a pair, and of its first code, at each held-out code: [columns, F * Q].
        known = before >= 0
        together = np.where(known, pairs[cells, before, after], 0)
        alone = np.where(known, pairs.sum(axis=2)[cells, before], 0)
        single = unigram[cells, after]
        found.append(_nll((together + weight * single) / (alone + weight)))
    return Baselines(math.exp(min(likelihoods)), math.exp(min(found)))


def _count(
    sequences: CodeSequences, codebook_size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often a code occurs in each cell `[F * Q, V]`, and after each other `[F * Q, V, V]`."""
    cells = np.arange(sequences.training[0][0].size)
    singles = np.zeros((len(cells), codebook_size), dtype=np.int64)
    pairs = np.zeros((len(cells), codebook_size, codebook_size), dtype=np.int64)
    for grid in sequences.training:
        rows = grid.reshape(len(grid), -1)
        np.add.at(singles, (cells, rows), 1)
        np.add.at(pairs, (cells, rows[:-1], rows[1:]), 1)
    return singles, pairs


def _held_out(sequences: CodeSequences) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The held-out columns `[columns, F * Q]` and those before them, -1 where there is none."""
    before, after = [], []
    for grid, first in sequences.validation:
        rows = grid.reshape(len(grid), -1).astype(np.int64)
        padded = np.concatenate([np.full_like(rows[:1], -1), rows])
        before.append(padded[first:-1])
        after.append(rows[first:])
    return np.concatenate(before), np.concatenate(after)


def _smooth(counts: NDArray[np.int64], weight: float, prior: float) -> NDArray[np.float64]:
    smoothed = counts + weight * prior
    probabilities: NDArray[np.float64] = smoothed / smoothed.sum(axis=1, keepdims=True)
    return probabilities


def _nll(probabilities: NDArray[np.float64]) -> float:
    return float(-np.log(probabilities).mean())
