"""The space behind the codes: neighbours, an order along one axis, mixtures of grids.

Codebooks are [Q, V, D] float32: the vectors of each level. A cell's vector is the sum of the
vectors of its codes; each level codes what the levels before it left over (residual vector
quantisation, Zeghidour et al., arXiv 2107.03312).
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes

Codebooks = NDArray[np.float32]

_Array = TypeVar("_Array", bound=NDArray[np.generic])
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def once_per_array(
    compute: Callable[Concatenate[_Array, _Arguments], _Result],
) -> Callable[Concatenate[_Array, _Arguments], _Result]:
    """A function that computes its result once for each first argument, an array that never
    changes, such as codebooks, and keeps it for as long as that array is in use.

    The array is recognised by identity, and forgotten with its last reference. The other arguments
    are positional and hashable. A result that is an array, or a tuple of arrays, is read-only,
    because every caller gets the same one.
    """
    results: dict[int, tuple[weakref.ref[_Array], dict[object, _Result]]] = {}

    @functools.wraps(compute)
    def remembered(
        array: _Array, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        number = id(array)
        if number not in results:
            results[number] = weakref.ref(array, lambda _: results.pop(number, None)), {}
        known = results[number][1]
        if arguments not in known:
            known[arguments] = _read_only(compute(array, *arguments, **named))
        return known[arguments]

    return remembered


def _read_only(result: _Result) -> _Result:
    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, np.ndarray):
            part.setflags(write=False)
    return result


def cell_vectors(codes: Codes, codebooks: Codebooks) -> NDArray[np.float32]:
    """Codes [..., Q] to the sum of their vectors [..., D]."""
    levels = np.arange(codes.shape[-1])
    vectors: NDArray[np.float32] = codebooks[levels, codes].sum(axis=-2, dtype=np.float32)
    return vectors


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
    share, 0..1. Amounts of 0 give the first grid and amounts of 1 the second (see `blend_grids`).
    """
    amounts = np.broadcast_to(np.asarray(amounts, np.float32), (len(first), len(codebooks)))
    return blend_grids([first, second], np.stack([1 - amounts, amounts]), codebooks)


def blend_grids(
    grids: Sequence[Codes], weights: NDArray[np.float32], codebooks: Codebooks
) -> Codes:
    """Grids [T, F, Q] blended and quantised again; `weights` [n, T, Q] are the share of each of the
    n grids, 0..1.

    A level of which one grid has all the weight has exactly the codes of that grid. The others are
    quantised level by level to what the levels before them leave of the blended vector.
    """
    residual = mix(grids, weights, codebooks)
    heaviest = weights.argmax(axis=0)[None, :, None, :]
    (leading,) = np.take_along_axis(np.stack(grids), heaviest, axis=0)
    shared = np.count_nonzero(weights, axis=0) > 1
    blended, squares = leading.copy(), _squares(codebooks)
    for level, book in enumerate(codebooks):
        free = shared[:, level]
        if free.any():
            nearest = _offsets(residual[free], book, squares[level]).argmin(axis=-1)
            blended[free, :, level] = nearest
        residual = residual - book[blended[..., level]]
    # A prior may draw codes that an encoder would never choose: cells that agree stay as they are.
    agree = np.ones((*leading.shape[:-1], 1), bool)
    for codes, weight in zip(grids, weights, strict=True):
        agree &= ((codes == leading) | (weight == 0)[:, None, :]).all(axis=-1, keepdims=True)
    found: Codes = np.where(agree, leading, blended)
    return found


def axis_order(book: NDArray[np.float32]) -> NDArray[np.int64]:
    """The codes [V] of a codebook [V, D], ordered along its first principal axis.

    The axis points to where its largest component is positive, so that the order does not depend
    on a library's choice of sign.
    """
    centred = book.astype(np.float64) - book.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axis = axes[:, -1] * np.sign(axes[np.abs(axes[:, -1]).argmax(), -1])
    return np.argsort(centred @ axis, kind="stable")


@once_per_array
def axis_ranks(codebooks: Codebooks) -> tuple[Codes, Codes]:
    """The codes of each level in their order along its first principal axis, [Q, V], and the rank
    of each code in that order, [Q, V]."""
    order = np.stack([axis_order(book) for book in codebooks])
    return order, order.argsort(axis=1)


def distances(book: NDArray[np.float32]) -> NDArray[np.float64]:
    """The distances [V, V] between the vectors of a codebook [V, D].

    The unit is the root mean square distance between two different vectors, so that numbers mean
    the same for every model.
    """
    exact, squares, mean = _exact(book)
    apart = np.maximum(squares[:, None] + squares - 2 * exact @ exact.T, 0.0)
    np.fill_diagonal(apart, 0.0)
    scaled: NDArray[np.float64] = np.sqrt(apart / mean)
    return scaled


def codes_within(
    codes: Codes, distance: float, codebooks: Codebooks, level: int
) -> NDArray[np.bool_]:
    """Which codes [n, V] of a level are no further than `distance` from each of the codes [n], but
    not that code itself; the unit is that of `distances`."""
    exact, squares, mean = _exact_levels(codebooks)[level]
    apart = squares[codes][:, None] + squares - 2 * exact[codes] @ exact.T
    near: NDArray[np.bool_] = apart <= distance * distance * mean
    near[np.arange(len(codes)), codes] = False
    return near


@once_per_array
def used_codes(codes: Codes, codebook_size: int) -> NDArray[np.bool_]:
    """Which codes of each level occur in each band of a grid [T, F, Q]: [F, Q, V]."""
    _, bands, levels = codes.shape
    used = np.zeros((bands, levels, codebook_size), bool)
    used[np.arange(bands)[:, None], np.arange(levels), codes] = True
    return used


def nearest_used(codes: Codes, used: NDArray[np.bool_], codebooks: Codebooks) -> Codes:
    """For each code of a grid [T, F, Q], the nearest that is in use in its band and level: itself,
    if it is. `used` [F, Q, V] has at least one for each band and level."""
    nearest = codes.copy()
    for level, (book, squares) in enumerate(zip(codebooks, _squares(codebooks), strict=True)):
        own = codes[..., level]
        offsets = np.where(used[:, level], _offsets(book[own], book, squares), np.inf)
        # Another code may be as near, or nearer by rounding.
        stays = used[np.arange(codes.shape[1]), level, own]
        nearest[..., level] = np.where(stays, own, offsets.argmin(axis=-1))
    return nearest


@once_per_array
def neutral_codes(codebooks: Codebooks) -> Codes:
    """The code of each level [Q] that contributes least, from the codebooks [Q, V, D].

    A level refines the ones before it, so the code nearest to zero leaves it out. The first level
    has none before it: its neutral code is the one nearest to its codebook's mean.
    """
    centres = np.zeros_like(codebooks[:, :1])
    centres[0] = codebooks[0].mean(axis=0)
    neutral: Codes = np.square(codebooks - centres).sum(axis=2).argmin(axis=1)
    return neutral


@once_per_array
def _squares(codebooks: Codebooks) -> NDArray[np.float32]:
    """The squared lengths [Q, V] of all vectors."""
    squares: NDArray[np.float32] = np.square(codebooks).sum(axis=2)
    return squares


def _offsets(
    vectors: NDArray[np.float32], book: NDArray[np.float32], squares: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How far vectors [..., D] are from each vector of a codebook, [..., V]: the squared distance
    without the part that is the same for all codes."""
    offsets: NDArray[np.float32] = squares - np.float32(2) * (vectors @ book.T)
    return offsets


@once_per_array
def _exact_levels(
    codebooks: Codebooks,
) -> list[tuple[NDArray[np.float64], NDArray[np.float64], float]]:
    return [_exact(book) for book in codebooks]


def _exact(
    book: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """The vectors [V, D] of a codebook, their squared lengths [V], and the mean squared distance
    between two different ones."""
    exact = book.astype(np.float64)
    squares = np.square(exact).sum(axis=1)
    # The sum over all pairs, without making them all.
    total = 2 * len(book) * squares.sum() - 2 * np.square(exact.sum(axis=0)).sum()
    mean = float(total) / max(len(book) * (len(book) - 1), 1)
    return exact, squares, max(mean, 1e-24)
