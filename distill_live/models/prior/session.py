"""A prior session: an endless stream of columns from a prior, which can also go back."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.errors import CodesError, ParameterError
from distill_live.models.prior.base import PriorShape
from distill_live.models.prior.sampling import (
    REPETITION_COLUMNS,
    ColumnSampling,
    Sampling,
    code_log_likelihood,
    column_uniforms,
    draw_code,
    entropy_bits,
)
from distill_live.models.prior.steering import Steering
from distill_live.models.prior.stepping import Cache, ColumnDraw, Stepper

Grid = NDArray[np.int64]

#: How many columns a session remembers: eleven minutes of 85 ms columns.
HISTORY_COLUMNS = 8192

#: The shortest context that a session can have.
MIN_CONTEXT_COLUMNS = 4


class PriorSession:
    """Draws columns of codes. Each is a function of the model, `seed`, its number, `take`, the
    sampling settings, `context_columns` and the columns before it.

    `seed` and `take` are any integers; they and `context_columns` can be set at any time, for the
    columns to come. At every anchor, a multiple of half a context, a new cache is filled from the
    half context before it, in one pass; in between it grows code by code. So the state before a
    column depends on codes alone, not on how the session got there. Caches are kept for the present
    and the last anchor: going back that far costs nothing.
    """

    def __init__(self, config: PriorShape, stepper: Stepper, seed: int) -> None:
        self.seed = seed
        self.take = 0
        self._config = config
        self._half = self._config.context_columns // 2
        self._stepper = stepper
        self._spans = [_Span(self._stepper.new_cache()), _Span(self._stepper.new_cache())]
        self._history = _History(self._config.column_codes)
        self._drawing: object = None
        self._entropy = self._log_likelihood = 0.0

    @property
    def column(self) -> int:
        """The number of the next column; a new session starts at 0."""
        return self._history.end

    @property
    def oldest(self) -> int:
        """The first column that it can go back to, in any context."""
        half, begin = self._config.context_columns // 2, self._history.begin
        return max(-(-(begin + half) // half) * half, begin + REPETITION_COLUMNS) if begin else 0

    @property
    def entropy(self) -> float:
        """How undecided the last drawn column was: mean bits per code, 0..log2(V), after all that
        `sampling` does to the probabilities. Codes that were given count as 0."""
        return self._entropy

    @property
    def log_likelihood(self) -> float:
        """How likely the prior found the codes that were given to the last drawn column: the sum of
        the logarithms of their probabilities in nats, before all that `sampling` does to them,
        except for steering."""
        return self._log_likelihood

    @property
    def context_columns(self) -> int:
        """How many columns the prior looks back at most: the model's own number, or a smaller even
        one, MIN_CONTEXT_COLUMNS or more, which is faster.

        The first column after a change must step through the columns since its anchor: none at an
        anchor of the new context, half a context just before one. Setting it raises ParameterError
        for other numbers.
        """
        return 2 * self._half

    @context_columns.setter
    def context_columns(self, columns: int) -> None:
        own = self._config.context_columns
        if columns != own and (columns % 2 or not MIN_CONTEXT_COLUMNS <= columns <= own):
            raise ParameterError(
                f"the context must be an even number of columns, {MIN_CONTEXT_COLUMNS}..{own}, not "
                f"{columns}"
            )
        self._half = columns // 2

    def context_start(self, column: int) -> int:
        """The first column that the prior looks back to when it draws `column`."""
        return max(column // self._half * self._half - self._half, 0)

    def step(self, sampling: Sampling, given: NDArray[np.integer] | None = None) -> Grid:
        """Draw the next column `[1, F, Q]`. Raises what `steps` raises."""
        for _ in self.steps(sampling, given):
            pass
        return self._grid(self._history.rows(self.column - 1, self.column))

    @torch.inference_mode()
    def steps(
        self, sampling: Sampling, given: NDArray[np.integer] | None = None
    ) -> Generator[None, None, Grid]:
        """Draw the next column `[1, F, Q]`, with a pause after every band but the last.

        Where `given` `[F, Q]` has a code, and not -1, that code is taken instead of drawing one;
        those after it are drawn as if it had been drawn.

        It begins, and reads `seed`, `take` and `context_columns`, when it is first advanced; the
        column counts only once it is returned. Closing the generator drops the half-drawn column,
        and so do `rewind`, `prime` and a `commit` of other codes: the session is then as if the
        column had not been begun, and advancing the generator raises CodesError. Raises CodesError
        while another column is half drawn and for codes given that do not fit the model, and
        ParameterError when `sampling` does not fit it.
        """
        size, column, levels = self._config.column_codes, self.column, self._config.num_quantizers
        recent = self._history.rows(max(column - REPETITION_COLUMNS, 0), column)
        cells = ColumnSampling(sampling, self._shape, recent)
        codes = self._given_row(given)
        if self._drawing:
            raise CodesError("a column is half drawn: finish it, close it or rewind, then step")
        drawing = self._drawing = object()
        try:
            uniforms = column_uniforms(self.seed, self.take, column, size)
            draw = self._begin(sampling.steering)
            drawn: list[NDArray[np.float64]] = []
            log_likelihood = 0.0
            for cell in range(size):
                if cell and cell % levels == 0:
                    yield
                    self._require_drawing(drawing)
                logits = draw.logits()
                if codes[cell] < 0:
                    probabilities = cells.probabilities(cell, logits, codes)
                    codes[cell] = draw_code(probabilities, uniforms[cell])
                    drawn.append(probabilities)
                else:
                    log_likelihood += code_log_likelihood(logits, int(codes[cell]))
                draw.accept(int(codes[cell]))
            entropy = entropy_bits(np.stack(drawn)) if drawn else 0.0
            self._entropy, self._log_likelihood = entropy / size, log_likelihood
            self._history.append(codes[None])
            return self._grid(codes)
        finally:
            if self._drawing is drawing:
                self._give_up()

    def commit(self, codes: NDArray[np.integer]) -> None:
        """Continue from these codes `[k, F, Q]` instead of the last k columns.

        Raises CodesError if they do not fit the model or the session has fewer columns.
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

        Raises CodesError if the column has not been reached or is no longer remembered.
        """
        self._require(column)
        self._history.end = column
        self._give_up()

    def restart(self, column: int = 0) -> None:
        """Forget all columns, as if the session were new; its settings stay. The next column gets
        the number `column`."""
        self._give_up()
        self._history = _History(self._config.column_codes, column)
        for span in self._spans:
            span.cache.length = 0
            span.anchor = -1

    def prime(self, grid: NDArray[np.integer]) -> None:
        """Continue from these codes `[T, F, Q]`, a recording's for instance, as if they had been
        drawn here: `column` moves on by T.

        Raises CodesError if they do not fit the model.
        """
        rows = self._checked(grid)
        self._give_up()
        self._history.append(rows)

    def _give_up(self) -> None:
        """Forget the half-drawn column, and what the caches hold beyond the last column."""
        self._drawing = None
        for span in self._spans:
            span.forget(self.column)

    def _require_drawing(self, drawing: object) -> None:
        if self._drawing is not drawing:
            raise CodesError("the session continued from elsewhere: this column was abandoned")

    def _grid(self, row: Grid) -> Grid:
        """A column's codes as `[1, F, Q]`."""
        return row.reshape(1, self._config.bands, -1)

    def _begin(self, steering: Steering) -> ColumnDraw:
        """Begin the next column, in the context that it continues from."""
        span = self._span(self.column)
        # Columns that were gone back to, edited or given are stepped through like drawn ones: one
        # pass over all of them would differ in the last bits.
        return self._stepper.begin(
            span.cache, self._history.rows(span.first, self.column), steering
        )

    def _span(self, column: int) -> _Span:
        """The cache for a column, filled at least up to its anchor."""
        anchor, first = column // self._half * self._half, self.context_start(column)
        for span in self._spans:
            if (span.first, span.anchor) == (first, anchor):
                return span
        span = min(self._spans, key=lambda one: one.anchor)
        span.anchor, span.first, span.cache.length = anchor, first, 0
        if anchor:
            self._stepper.prefill(span.cache, self._history.rows(first, anchor))
        return span

    def _require(self, column: int) -> None:
        """Raise CodesError unless the session can continue from `column`, in any context."""
        if not 0 <= column <= self.column:
            raise CodesError(f"column {column} has not been played; legal: 0..{self.column}")
        if column < self.oldest:
            raise CodesError(
                f"column {column} is too far back: the oldest column available is {self.oldest}"
            )

    @property
    def _shape(self) -> tuple[int, int, int]:
        """How many bands, levels and different codes the model has."""
        config = self._config
        return config.bands, config.num_quantizers, config.codebook_size

    def _given_row(self, given: NDArray[np.integer] | None) -> Grid:
        """A column `[F * Q]` with the codes of `given`, and -1 where it has none."""
        if given is None:
            return np.full(self._config.column_codes, -1, dtype=np.int64)
        row: Grid = self._checked(np.maximum(given, 0)[None])[0]
        row[given.reshape(-1) < 0] = -1
        return row

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
    """A cache that begins at `first`, half a context before the anchor; anchor -1: not in use."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.anchor = -1
        self.first = 0

    def forget(self, column: int) -> None:
        """Drop what comes from the codes of `column` and after."""
        if column < self.anchor:
            self.anchor = -1
        self.cache.keep(column - self.first)


class _History:
    """The last HISTORY_COLUMNS columns, `begin` (included) to `end` (not included)."""

    def __init__(self, column_codes: int, begin: int = 0) -> None:
        self._ring = np.zeros((HISTORY_COLUMNS, column_codes), dtype=np.int16)
        self.begin = self.end = begin

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
