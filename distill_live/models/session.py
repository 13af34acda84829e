"""A session: a prior that plays on without end, and can go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.errors import CodesError
from distill_live.models.sampling import (
    Sampling,
    code_probabilities,
    column_uniforms,
    draw_code,
    entropy_bits,
)
from distill_live.models.stepping import PriorCache, PriorStepper

if TYPE_CHECKING:
    from distill_live.models.prior import CodePrior

Grid = NDArray[np.int64]

#: How many columns a session remembers: eleven minutes of columns of 85 ms.
HISTORY_COLUMNS = 8192


class PriorSession:
    """Samples columns of codes, each a function of the model, `seed`, its number, `take`, the
    sampling settings and the columns before it.

    `seed` and `take` are any integers and may be set at any time, for the columns to come. At every
    anchor, a multiple of half a context, a new cache is filled from the half context before it, in
    one pass; in between it grows code by code. So what a column continues from depends on codes
    alone, not on how the session came there. Caches are kept for the present and the last anchor:
    going back that far costs nothing.
    """

    def __init__(self, prior: CodePrior, seed: int) -> None:
        self.seed = seed
        self.take = 0
        self._config = prior.eval().config
        self._half = self._config.context_columns // 2
        self._stepper = PriorStepper(prior)
        self._spans = [_Span(PriorCache(prior)), _Span(PriorCache(prior))]
        self._history = _History(self._config.column_codes)
        self._entropy = 0.0

    @property
    def column(self) -> int:
        """The number of the next column; a new session starts at 0."""
        return self._history.end

    @property
    def entropy(self) -> float:
        """How undecided the last sampled column was: bits per code, on average, 0..log2(V), after
        temperature, top-k and top-p."""
        return self._entropy

    @torch.inference_mode()
    def step(self, sampling: Sampling) -> Grid:
        """Sample the next column `[1, F, Q]`.

        Raises ParameterError when `sampling` has settings for another number of levels.
        """
        levels = sampling.levels(self._config.num_quantizers)
        size = self._config.column_codes
        uniforms = column_uniforms(self.seed, self.take, self.column, size)
        cache, before = self._continue()
        entropy = 0.0
        for cell in range(size):
            logits = self._stepper.logits(self._stepper.step(cache, before), cell)
            probabilities = code_probabilities(logits, *levels[cell % len(levels)])
            before.append(draw_code(probabilities, uniforms[cell]))
            entropy += entropy_bits(probabilities)
        self._entropy = entropy / size
        codes = np.array(before[-size:], dtype=np.int64)
        self._history.append(codes[None])
        return codes.reshape(1, self._config.bands, -1)

    def commit(self, codes: NDArray[np.integer]) -> None:
        """Continue from these codes `[k, F, Q]` instead of the last k columns.

        Raises CodesError when they do not fit the model or the session has fewer columns.
        """
        rows = self._checked(codes)
        first = self.column - len(rows)
        self._require(first)
        changed = np.flatnonzero((self._history.rows(first, self.column) != rows).any(axis=1))
        if len(changed):
            self.rewind(first + int(changed[0]))
            self._history.append(rows[changed[0] :])

    def rewind(self, column: int) -> None:
        """Forget everything from `column` on.

        Raises CodesError when the column has not been reached or is remembered no more.
        """
        self._require(column)
        self._history.end = column
        for span in self._spans:
            span.forget(column, self._config.column_codes)

    def prime(self, grid: NDArray[np.integer]) -> None:
        """Continue from these codes `[T, F, Q]`, such as a recording's, as if they had been sampled
        here: `column` moves on by T.

        Raises CodesError when they do not fit the model.
        """
        self._history.append(self._checked(grid))

    def _continue(self) -> tuple[PriorCache, list[int]]:
        """A cache of all that the next column continues from, and the last two columns' codes."""
        size, column = self._config.column_codes, self.column
        span = self._span(column)
        place = span.first * size + span.cache.length
        start = max(span.first * size, place - 2 * size)
        known = self._history.rows(start // size, column).reshape(-1).tolist()
        # What was gone back behind, edited or given is stepped through as if it were sampled:
        # a pass over all of it would differ in the last bits.
        for end in range(place - start // size * size, len(known)):
            self._stepper.step(span.cache, known[max(end - 2 * size, 0) : end])
        return span.cache, known[-2 * size :]

    def _span(self, column: int) -> _Span:
        """The cache for a column, filled up to its anchor or beyond."""
        anchor = column // self._half * self._half
        for span in self._spans:
            if span.anchor == anchor:
                return span
        span = min(self._spans, key=lambda one: one.anchor)
        span.anchor, span.first, span.cache.length = anchor, max(anchor - self._half, 0), 0
        if anchor:
            codes = self._history.rows(span.first, anchor)
            self._stepper.prefill(span.cache, codes.reshape(-1))
        return span

    def _require(self, column: int) -> None:
        """Raise CodesError unless the session can continue from `column`."""
        if not 0 <= column <= self.column:
            raise CodesError(f"column {column} has not been played; there are 0..{self.column}")
        first = max(column // self._half * self._half - self._half, 0)
        if first < self._history.begin:
            oldest = -(-(self._history.begin + self._half) // self._half) * self._half
            raise CodesError(
                f"column {column} is too long ago: the oldest to go back to is {oldest}"
            )

    def _checked(self, codes: NDArray[np.integer]) -> Grid:
        """Codes `[T, F, Q]` as rows `[T, F * Q]`."""
        config = self._config
        if codes.ndim != 3 or codes.shape[1:] != (config.bands, config.num_quantizers):
            raise CodesError(
                f"the model's columns are [T, {config.bands}, {config.num_quantizers}] codes, "
                f"not {list(codes.shape)}"
            )
        if codes.size and not 0 <= codes.min() <= codes.max() < config.codebook_size:
            raise CodesError(f"the model's codes are 0..{config.codebook_size - 1}")
        return codes.reshape(len(codes), config.column_codes).astype(np.int64)


class _Span:
    """A cache from `first`, half a context before the anchor, on; anchor -1: not in use."""

    def __init__(self, cache: PriorCache) -> None:
        self.cache = cache
        self.anchor = -1
        self.first = 0

    def forget(self, column: int, column_codes: int) -> None:
        """Drop what the codes from `column` on have led to."""
        if column < self.anchor:
            self.anchor = -1
        self.cache.length = min(self.cache.length, max(column - self.first, 0) * column_codes)


class _History:
    """The last HISTORY_COLUMNS columns, `begin` (included) to `end` (not included)."""

    def __init__(self, column_codes: int) -> None:
        self._ring = np.zeros((HISTORY_COLUMNS, column_codes), dtype=np.int16)
        self.begin = 0
        self.end = 0

    def append(self, rows: Grid) -> None:
        """Add columns `[T, F * Q]`; the oldest make room."""
        first = self.end
        self.end += len(rows)
        self.begin = max(self.begin, self.end - len(self._ring))
        kept = np.arange(max(first, self.begin), self.end)
        self._ring[kept % len(self._ring)] = rows[len(rows) - len(kept) :]

    def rows(self, start: int, end: int) -> Grid:
        """Columns start..end-1 as `[T, F * Q]`."""
        return self._ring[np.arange(start, end) % len(self._ring)].astype(np.int64)
