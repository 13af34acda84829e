"""Blends of whole grids whose weights may change over time: to a grid, or straight to sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.codebook_geometry import Codebooks, blend_grids, mix
from distill_live.codes.grid import CodeGrid
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError

#: How weights go from their first values to their last: evenly, or slowly at both ends.
Curve = Literal["linear", "smooth"]

# How many columns are mixed at once: their vectors take 100 times the memory of their codes.
_AT_ONCE = 256


@dataclass(frozen=True)
class Weights:
    """How much each of several grids counts, from `first` in the first column to `last` in the last
    one; `levels` are constant weights of single levels, by their numbers.

    Only proportions count: 1, 3 is the same as 0.25, 0.75. Raises CodesError for weights that are
    negative, not finite or all 0, and unless there are equally many everywhere, 2 or more.
    """

    first: Sequence[float]
    last: Sequence[float]
    curve: Curve = "linear"
    levels: Mapping[int, Sequence[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.first) < 2:
            raise CodesError("a blend needs two grids or more, and a weight for each of them")
        for weights in (self.first, self.last, *self.levels.values()):
            if len(weights) != len(self.first):
                raise CodesError(
                    "there must be equally many weights everywhere, not "
                    f"{len(self.first)} and {len(weights)}"
                )
            if not all(0.0 <= weight < np.inf for weight in weights) or not any(weights):
                shown = ",".join(f"{weight:g}" for weight in weights)
                raise CodesError(f"weights are 0 or more, at least one above 0; not {shown}")

    def over(self, columns: int, levels: int) -> NDArray[np.float32]:
        """The weights `[n, T, Q]` of a blend, with a sum of 1 over the grids."""
        time = np.linspace(0.0, 1.0, columns) if columns > 1 else np.zeros(columns)
        if self.curve == "smooth":
            time = 0.5 - 0.5 * np.cos(np.pi * time)
        first, last = (_shares(weights)[:, None] for weights in (self.first, self.last))
        weights = np.repeat((first + (last - first) * time)[..., None], levels, axis=2)
        for level, constant in self.levels.items():
            weights[..., level] = _shares(constant)[:, None]
        return weights.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Mixture:
    """Grids `[T, F, Q]` of the same length, and how much each of them counts `[n, T, Q]`."""

    grids: Sequence[Codes]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, grids: Sequence[CodeGrid], weights: Weights, columns: int) -> Self:
        """So many columns of grids, 1 or more: longer grids are cut, shorter ones repeat.

        Raises CodesError unless the grids are of the same codec and have the same bands and levels,
        with one weight for each of them, and for a grid without columns.
        """
        for grid in grids:
            grids[0].require_like(grid)
            if not len(grid.codes):
                raise CodesError("a grid without columns cannot be blended")
        if len(grids) != len(weights.first):
            raise CodesError(f"there are {len(grids)} grids, but {len(weights.first)} weights")
        fitted = [grid.codes[np.arange(columns) % len(grid.codes)] for grid in grids]
        return cls(fitted, weights.over(columns, len(grids[0].level_labels)))

    def codes(self, codebooks: Codebooks) -> Codes:
        """The mixture quantised again; see `codebook_geometry.blend_grids`."""
        parts = [
            blend_grids([codes[part] for codes in self.grids], self.weights[:, part], codebooks)
            for part in self._parts()
        ]
        return np.concatenate(parts)

    def vectors(self, codebooks: Codebooks) -> Iterator[NDArray[np.float32]]:
        """The mixture itself: vectors `[k, F, D]` in order, some columns at a time."""
        for part in self._parts():
            yield mix([codes[part] for codes in self.grids], self.weights[:, part], codebooks)

    def _parts(self) -> Iterator[slice]:
        for first in range(0, len(self.grids[0]), _AT_ONCE):
            yield slice(first, first + _AT_ONCE)


def _shares(weights: Sequence[float]) -> NDArray[np.float64]:
    return np.array(weights, np.float64) / sum(weights)
