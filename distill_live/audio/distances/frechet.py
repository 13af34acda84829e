"""The Frechet distance of two sets of vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]


def frechet_distance(one: Vectors, other: Vectors) -> float:
    """Of two sets of vectors `[N, D]`, as if both were Gaussian; 0 is alike (Dowson and Landau
    1982). Each needs at least two vectors."""
    one_spread, other_spread = _covariance(one), _covariance(other)
    root = _square_root(one_spread)
    cross = _square_root(root @ other_spread @ root)
    gap = one.mean(0) - other.mean(0)
    distance = gap @ gap + np.trace(one_spread) + np.trace(other_spread) - 2 * np.trace(cross)
    return max(float(distance), 0.0)


def _covariance(vectors: Vectors) -> Vectors:
    return np.atleast_2d(np.cov(vectors.T))


def _square_root(matrix: Vectors) -> Vectors:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    root: Vectors = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    return root
