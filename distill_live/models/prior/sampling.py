"""How a code is drawn from a prior's logits: repetition, temperature, filters, the manner of a
recording, a uniform number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import ParameterError
from distill_live.models.prior.manner import Manner, require_shape
from distill_live.models.prior.sections import Sections
from distill_live.models.prior.steering import UNSTEERED, Steering

_SEED_BITS = (1 << 64) - 1

#: How many columns back `repetition` looks: 1.4 s of 85 ms columns.
REPETITION_COLUMNS = 16
#: How much of the probabilities a section has by default.
USUAL_HOLD = 0.5
#: How far `repetition` 1 raises a code that all those columns had: e^8, 3000 times as likely.
REPETITION_NATS = 8.0


class LevelSampling(NamedTuple):
    """The settings of one level."""

    temperature: float
    top_k: int
    top_p: float
    min_p: float
    repetition: float
    manner: float = 0.0

    def probabilities(
        self, logits: NDArray[np.float32], recent: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Logits `[V]` to the probabilities `[V]` with which codes are drawn; `recent` `[n]` are
        the codes that the same cell had in the last REPETITION_COLUMNS columns."""
        raised = raise_repeated(logits, recent, self.repetition) if self.repetition else logits
        return code_probabilities(raised, self.temperature, self.top_k, self.top_p, self.min_p)


@dataclass(frozen=True)
class Sampling:
    """How freely codes are drawn; each value is a number, or a tuple with one number per level.

    `temperature` is 0.1..2, `top_k` 0 or more codes (0 is off), `top_p` 0..1 (0 and 1 are off),
    `min_p` 0..1 (0 is off): see `code_probabilities`. `repetition` is -1..1: below 0 avoids the
    codes of the last columns, above 0 returns to them (see `raise_repeated`). `steering` is for all
    levels. `manner` is 0..1: the part of the probabilities, after all of that, that comes from
    `manner_table` instead of the prior; without a table it does nothing. `section` is a place
    0..1 among `sections`, or None: the part `section_hold` 0..1 of the probabilities is then that
    of the section there, before `manner` comes on top; without `sections` it does nothing. Tables
    and sections are compared by identity. Raises ParameterError for other values.
    """

    temperature: float | tuple[float, ...] = 1.0
    top_k: int | tuple[int, ...] = 0
    top_p: float | tuple[float, ...] = 1.0
    min_p: float | tuple[float, ...] = 0.0
    repetition: float | tuple[float, ...] = 0.0
    steering: Steering = UNSTEERED
    manner: float | tuple[float, ...] = 0.0
    manner_table: Manner | None = None
    section: float | None = None
    section_hold: float = USUAL_HOLD
    sections: Sections | None = None

    def __post_init__(self) -> None:
        _check("temperature", self.temperature, 0.1, 2.0)
        _check("top_k", self.top_k, 0, math.inf)
        _check("top_p", self.top_p, 0.0, 1.0)
        _check("min_p", self.min_p, 0.0, 1.0)
        _check("repetition", self.repetition, -1.0, 1.0)
        _check("manner", self.manner, 0.0, 1.0)
        _check("section_hold", self.section_hold, 0.0, 1.0)
        if self.section is not None:
            _check("section", self.section, 0.0, 1.0)

    @property
    def section_manner(self) -> Manner | None:
        """The manner of the section that the stream keeps to, if it keeps to one."""
        if self.section is None or self.sections is None or not self.section_hold:
            return None
        return self.sections.manner_at(self.section)

    def levels(self, num_quantizers: int) -> list[LevelSampling]:
        """The settings of each level, coarse to fine.

        Raises ParameterError when a tuple does not have one value per level.
        """
        values = (
            self.temperature, self.top_k, self.top_p, self.min_p, self.repetition, self.manner,
        )  # fmt: skip
        spread = [v if isinstance(v, tuple) else (v,) * num_quantizers for v in values]
        if any(len(v) != num_quantizers for v in spread):
            raise ParameterError(
                f"the model has {num_quantizers} levels: give one number for all, or one per level"
            )
        return [LevelSampling(t, int(k), *rest) for t, k, *rest in zip(*spread, strict=True)]


class ColumnSampling:
    """How the codes of one column are drawn, cell by cell.

    `shape` is how many bands, levels and different codes it has; `recent` `[n, F * Q]` are the
    last columns before it, at most REPETITION_COLUMNS. Raises ParameterError when `sampling` has
    settings for another number of levels, or a table for other codes.
    """

    def __init__(
        self, sampling: Sampling, shape: tuple[int, int, int], recent: NDArray[np.int64]
    ) -> None:
        bands, levels, _ = shape
        self._levels, self._recent = sampling.levels(levels), recent
        self._section, self._hold = sampling.section_manner, sampling.section_hold
        self._manner, self._grid = sampling.manner_table, (bands, levels)
        self._previous = recent[-1].reshape(self._grid) if len(recent) else None
        for leader in (self._section, self._manner):
            if leader is not None:
                require_shape(leader, shape)

    def probabilities(
        self, cell: int, logits: NDArray[np.float32], codes: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """A cell's logits `[V]` to the probabilities `[V]` with which its code is drawn; `codes`
        `[F * Q]` has the column's codes before it."""
        level = self._levels[cell % len(self._levels)]
        own = level.probabilities(logits, self._recent[:, cell])
        for leader, amount in ((self._section, self._hold), (self._manner, level.manner)):
            if leader is not None and amount:
                place, column = divmod(cell, len(self._levels)), codes.reshape(self._grid)
                led = leader.probabilities(*place, column, self._previous)
                own = (1.0 - amount) * own + amount * led
        return own


def raise_repeated(
    logits: NDArray[np.floating], recent: NDArray[np.int64], repetition: float
) -> NDArray[np.float64]:
    """Logits `[V]`, each raised by how often its code came lately; `repetition` is -1..1.

    `recent` `[n]` are the codes that the same cell had in the last columns, at most
    REPETITION_COLUMNS. A code that fills them all is raised by `repetition * REPETITION_NATS`, a
    code that came once by a sixteenth of that. Columns that are missing at the start count as other
    codes.
    """
    share = np.bincount(recent, minlength=len(logits)) / REPETITION_COLUMNS
    raised: NDArray[np.float64] = logits + repetition * REPETITION_NATS * share
    return raised


def code_log_likelihood(logits: NDArray[np.floating], code: int) -> float:
    """The logarithm of a code's probability by its logits `[V]`, in nats; -inf if it is 0."""
    probability = code_probabilities(logits)[code]
    return math.log(probability) if probability > 0.0 else -math.inf


def code_probabilities(
    logits: NDArray[np.floating],
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
) -> NDArray[np.float64]:
    """Logits `[V]` to the probabilities `[V]` with which codes are drawn.

    After `temperature`, the `top_k` most likely codes remain (0: all); of these, the most likely
    ones that together reach the part `top_p` of the rest (0 and 1: all); of these, the ones at
    least `min_p` times as likely as the most likely one (0: all; Nguyen et al., arXiv 2407.01082).
    Logits that are not finite count as impossible; if none is finite, all codes are equally likely.
    """
    logits = logits.astype(np.float64)
    highest = float(logits.max())
    if not math.isfinite(highest):
        finite = np.isfinite(logits)
        if not finite.any():
            return np.full(len(logits), 1.0 / len(logits))
        logits[~finite] = -np.inf
        highest = float(logits.max())
    weights: NDArray[np.float64] = np.exp((logits - highest) / temperature)
    few, part = 0 < top_k < len(weights), 0.0 < top_p < 1.0
    if few or part:
        order = (-weights).argsort(kind="stable")
        kept = top_k if few else len(order)
        if part:
            reached = weights[order[:kept]].cumsum()
            kept = min(kept, int(reached.searchsorted(top_p * reached[-1])) + 1)
        weights[order[kept:]] = 0.0
    if min_p > 0.0:
        weights[weights < min_p] = 0.0  # The most likely code has weight 1.
    probabilities: NDArray[np.float64] = weights / weights.sum()
    return probabilities


def draw_code(probabilities: NDArray[np.float64], uniform: float) -> int:
    """The code at which the running sum of probabilities `[V]` passes `uniform` of its total."""
    reached = probabilities.cumsum()
    code = int(reached.searchsorted(uniform * reached[-1], side="right"))
    # If the product rounds up to the total, the search ends behind the last possible code.
    return code if code < len(reached) else int(np.flatnonzero(probabilities)[-1])


def entropy_bits(probabilities: NDArray[np.float64]) -> float:
    """Entropy in bits of probabilities `[V]`, 0..log2(V), or the sum over rows `[n, V]`."""
    possible = probabilities[probabilities > 0.0]
    return float(-(possible * np.log2(possible)).sum()) + 0.0


def column_uniforms(seed: int, take: int, column: int, count: int) -> NDArray[np.float64]:
    """The `count` numbers in [0, 1) with which one column is drawn.

    Seed and take are any integers. The column is in the upper half of Philox's counter: each column
    has 2^128 blocks of its own, so that no two columns share a number.
    """
    key = np.array([seed & _SEED_BITS, take & _SEED_BITS], dtype=np.uint64)
    counter = np.array([0, 0, column, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter)).random(count)


def _check(name: str, value: float | tuple[float, ...], low: float, high: float) -> None:
    for one in value if isinstance(value, tuple) else (value,):
        if not low <= one <= high:
            legal = f"{low:g}..{high:g}" if math.isfinite(high) else f"{low:g} or more"
            raise ParameterError(f"{name} must be {legal}, not {one}")
