"""The space behind the codes: neighbours, an order along one axis, mixtures of grids.

Codebooks are [Q, V, D] float32: the vectors of each level. A cell's vector is the sum of the
vectors of its codes; each level codes what the levels before it left over (residual vector
quantisation, Zeghidour et al., arXiv 2107.03312).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes

Codebooks = NDArray[np.float32]


def cell_vectors(codes: Codes, codebooks: Codebooks) -> NDArray[np.float32]:
    """Codes [..., Q] to the sum of their vectors [..., D]."""
    levels = np.arange(codes.shape[-1])
    vectors: NDArray[np.float32] = codebooks[levels, codes].sum(axis=-2, dtype=np.float32)
    return vectors


def requantise(vectors: NDArray[np.float32], codebooks: Codebooks) -> Codes:
    """Vectors [..., D] to codes [..., Q]: level by level the nearest to what is left over, as the
    codec's encoder does."""
    residual, codes = vectors.reshape(-1, vectors.shape[-1]), []
    for book in codebooks:
        codes.append(_nearest(residual, book))
        residual = residual - book[codes[-1]]
    return np.stack(codes, axis=-1).reshape(*vectors.shape[:-1], len(codebooks))


def mix(
    grids: Sequence[Codes], weights: NDArray[np.float32], codebooks: Codebooks
) -> NDArray[np.float32]:
    """Grids [T, F, Q] to vectors [T, F, D]: each level's vectors are mixed by its weights.

    `weights` are [n, Q], for n grids, or [n, T, Q]; they are used as they are.
    """
    levels = np.arange(len(codebooks))
    mixed = np.zeros((*grids[0].shape[:-1], codebooks.shape[-1]), np.float32)
    for codes, weight in zip(grids, np.asarray(weights, np.float32), strict=True):
        # [T or 1, 1, Q, 1] over [T, F, Q, D]
        spread = weight.reshape(-1, 1, len(codebooks), 1)
        mixed += (codebooks[levels, codes] * spread).sum(axis=-2)
    return mixed


def blend_codes(
    first: Codes, second: Codes, amounts: NDArray[np.float32], codebooks: Codebooks
) -> Codes:
    """Two grids [T, F, Q] blended and quantised again; `amounts` [Q] or [T, Q] are the second's
    share, 0..1.

    Levels whose amount is 0 or 1 have exactly the codes of one grid. The others are quantised
    level by level to what is missing from the blended vector. So amounts of 0 give the first grid
    and amounts of 1 the second.
    """
    amounts = np.broadcast_to(np.asarray(amounts, np.float32), (len(first), len(codebooks)))
    residual = mix([first, second], np.stack([1 - amounts, amounts]), codebooks)
    blended = np.where(amounts[:, None, :] < 1, first, second)
    for level, book in enumerate(codebooks):
        free = (amounts[:, level] > 0) & (amounts[:, level] < 1)
        blended[free, :, level] = _nearest(
            residual[free].reshape(-1, residual.shape[-1]), book
        ).reshape(-1, residual.shape[1])
        residual = residual - book[blended[..., level]]
    # A prior may draw codes that an encoder would never choose: cells that agree stay as they are.
    agree = (first == second).all(axis=-1, keepdims=True)
    return np.where(agree, first, blended)


def axis_order(book: NDArray[np.float32]) -> NDArray[np.int64]:
    """The codes [V] of a codebook [V, D], ordered along its first principal axis.

    The axis points to where its largest component is positive, so that the order does not depend
    on a library's choice of sign.
    """
    centred = book.astype(np.float64) - book.mean(axis=0, dtype=np.float64)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axis = axes[0] * np.sign(axes[0][np.abs(axes[0]).argmax()])
    return np.argsort(centred @ axis, kind="stable")


def distances(book: NDArray[np.float32]) -> NDArray[np.float32]:
    """The distances [V, V] between the vectors of a codebook [V, D], in units of the mean distance
    between two different ones, so that numbers mean the same for every model."""
    exact = book.astype(np.float64)
    squares = np.square(exact).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * exact @ exact.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    mean = apart.sum() / max(len(book) * (len(book) - 1), 1)
    scaled: NDArray[np.float32] = (apart / max(mean, 1e-12)).astype(np.float32)
    return scaled


def _nearest(vectors: NDArray[np.float32], book: NDArray[np.float32]) -> NDArray[np.int64]:
    """The codes [n] that are nearest to vectors [n, D]."""
    # |x - c|^2 without |x|^2, which is the same for all codes.
    apart = np.square(book).sum(axis=1) - 2.0 * vectors @ book.T
    nearest: NDArray[np.int64] = apart.argmin(axis=1)
    return nearest
