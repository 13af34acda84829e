"""The manner of a recording: how likely each next code would be, if the recording went on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import CodesError, ParameterError

Probabilities = NDArray[np.float64]
Codes = NDArray[np.integer]


class Manner(Protocol):
    """Says how likely each code of a column is in a recording's manner."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many bands, levels and different codes it knows."""

    def probabilities(
        self, band: int, level: int, column: Codes, previous: Codes | None
    ) -> Probabilities:
        """The probabilities `[V]` of the code in one cell.

        `column` `[F, Q]` has the column's codes up to that cell; those after it are not looked at.
        `previous` `[F, Q]` is the column before it, None if there is none.
        """


class MannerTable:
    """How often each code of a recording came after which others.

    Its `codes` are `[T, F, Q]`, 0..`codebook_size`-1. A code is predicted from two others:
    `below`, the coarser code of its cell (for a coarsest code, the coarsest code of the band
    below), and `before`, the code of the same cell one column earlier. Where n(x, v) says how often
    code v came after x in a cell, n(x) how often x came, and d(x) how many different codes came
    after it:

        p0(v) = n(v) / T
        p1(v) = (n(below, v) + n(before, v) + (d(below) + d(before)) p0(v))
                / (n(below) + n(before) + d(below) + d(before))
        p2(v) = (n(both, v) + d(both) p1(v)) / (n(both) + d(both))

    This is interpolated Witten-Bell smoothing (Witten and Bell, IEEE Transactions on Information
    Theory 37(4), 1991; "method C"), except that p1 pools the two contexts. The result is
    p2. Where the recording lacks a context, that context drops out: p2 falls back to p1, and p1 to
    p0. A code that the cell
    never has in the recording has probability 0.

    Two tables are equal only if they are the same object; equal codes give equal `key`s. Raises
    CodesError without a column, and for codes out of range.
    """

    def __init__(self, codes: Codes, codebook_size: int) -> None:
        if codes.ndim != 3 or not codes.size:
            raise CodesError(
                f"a recording's manner takes codes [columns, bands, levels], at least one column, "
                f"not {list(codes.shape)}"
            )
        if not 0 <= codes.min() <= codes.max() < codebook_size:
            raise CodesError(
                f"codes must be 0..{codebook_size - 1}; these are {codes.min()}..{codes.max()}"
            )
        _, bands, levels = codes.shape
        self._shape = (bands, levels, codebook_size)
        self.key = _digest(codes, codebook_size)
        rows = codes.reshape(len(codes), -1).astype(np.int64)  # [T, F * Q]
        below = _codes_below(codes).reshape(rows.shape).astype(np.int64)
        firsts = np.arange(rows.shape[1]) * codebook_size
        counts = np.bincount((firsts + rows).ravel(), minlength=rows.shape[1] * codebook_size)
        self._plain = counts.reshape(-1, codebook_size) / len(rows)  # [F * Q, V]
        self._after_below = _Followers(firsts + below, rows, codebook_size)
        self._after_before = _Followers(firsts + rows[:-1], rows[1:], codebook_size)
        both = (firsts + below[1:]) * codebook_size + rows[:-1]
        self._after_both = _Followers(both, rows[1:], codebook_size)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many bands, levels and different codes it knows."""
        return self._shape

    def probabilities(
        self, band: int, level: int, column: Codes, previous: Codes | None
    ) -> Probabilities:
        """The probabilities `[V]` of the code in one cell; see `Manner`."""
        _, levels, size = self._shape
        cell = band * levels + level
        below = cell * size + _code_below(band, level, column)
        if previous is None:
            return _back_off(self._plain[cell], self._after_below.of(below))
        before = int(previous[band, level])
        one = _back_off(
            self._plain[cell],
            self._after_below.of(below),
            self._after_before.of(cell * size + before),
        )
        return _back_off(one, self._after_both.of(below * size + before))


@dataclass(frozen=True, eq=False)
class MannerMix:
    """The way from one manner to another: `weight` 0 is `first` alone, 1 is `second` alone.

    The probabilities are mixed in proportion. Raises ParameterError for another weight, or if the
    two have different shapes.
    """

    first: Manner
    second: Manner
    weight: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.weight <= 1.0:
            raise ParameterError(f"the weight of a mix must be 0..1, not {self.weight}")
        require_shape(self.second, self.first.shape)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many bands, levels and different codes it knows."""
        return self.first.shape

    def probabilities(
        self, band: int, level: int, column: Codes, previous: Codes | None
    ) -> Probabilities:
        """The probabilities `[V]` of the code in one cell; see `Manner`."""
        first = self.first.probabilities(band, level, column, previous)
        second = self.second.probabilities(band, level, column, previous)
        mixed: Probabilities = (1.0 - self.weight) * first + self.weight * second
        return mixed


def require_shape(manner: Manner, shape: tuple[int, int, int]) -> None:
    """Raise ParameterError unless a manner has so many bands, levels and different codes."""
    if manner.shape != shape:
        legal, found = (
            f"{bands} bands, {levels} levels and {size} codes"
            for bands, levels, size in (shape, manner.shape)
        )
        raise ParameterError(f"the manner must be that of {legal}, not of {found}")


class _Found(NamedTuple):
    """The different codes that came after a context, how often each of them came, and all."""

    codes: NDArray[np.int64]
    counts: NDArray[np.int64]
    total: int


_NOTHING = _Found(np.zeros(0, np.int64), np.zeros(0, np.int64), 0)


class _Followers:
    """How often each code came after each context, a number below 2^63 / V.

    `contexts` and `codes` have the same shape.
    """

    def __init__(self, contexts: NDArray[np.int64], codes: NDArray[np.int64], size: int) -> None:
        pairs, self._counts = np.unique((contexts * size + codes).ravel(), return_counts=True)
        self._codes = pairs % size
        found, starts = np.unique(pairs // size, return_index=True)
        self._starts: list[int] = [*starts.tolist(), len(pairs)]
        self._totals: list[int] = np.add.reduceat(self._counts, starts).tolist()
        # Looked up once per code: a search of the sorted pairs takes longer.
        self._numbers = dict(zip(found.tolist(), range(len(found)), strict=True))

    def of(self, context: int) -> _Found:
        """What came after a context."""
        number = self._numbers.get(context)
        if number is None:
            return _NOTHING
        part = slice(self._starts[number], self._starts[number + 1])
        return _Found(self._codes[part], self._counts[part], self._totals[number])


def _back_off(lower: Probabilities, *found: _Found) -> Probabilities:
    """What came after one or more contexts, backed by the probabilities `[V]` without them."""
    different = sum(len(one.codes) for one in found)
    if not different:
        return lower
    mixed: Probabilities = lower * different
    for codes, counts, _ in found:
        mixed[codes] += counts
    mixed /= different + sum(one.total for one in found)
    return mixed


def _code_below(band: int, level: int, column: Codes) -> int:
    """The code below a cell of a column `[F, Q]`; 0 for the lowest cell, which has none."""
    if level:
        return int(column[band, level - 1])
    return int(column[band - 1, 0]) if band else 0


def _codes_below(codes: Codes) -> Codes:
    """The code below each cell of `[T, F, Q]`; see `_code_below`."""
    below = np.zeros_like(codes)
    below[:, :, 1:] = codes[:, :, :-1]
    below[:, 1:, 0] = codes[:, :-1, 0]
    return below


def _digest(codes: Codes, codebook_size: int) -> str:
    """Sixteen characters that tell tables of different codes apart."""
    described = f"{codebook_size} {codes.shape}".encode()
    content = np.ascontiguousarray(codes, dtype="<i4").tobytes()
    return hashlib.blake2b(described + content, digest_size=8).hexdigest()
