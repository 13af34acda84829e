"""A region of a stored grid, drawn again by the prior."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError, ParameterError
from distill_live.inference.codes import require_fit
from distill_live.models.file.persistence import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.resampling import Choice, Region, draw_takes
from distill_live.models.prior.sampling import Sampling

_AS_LEARNED = Sampling()
_Result = TypeVar("_Result")


class Resampled(NamedTuple):
    """A grid of which a region was drawn again: the take that it has, and the log-likelihood of
    every take in nats (see `models.prior.resampling.draw_takes`)."""

    grid: CodeGrid
    kept: int
    log_likelihoods: tuple[float, ...]


def resample(
    loaded: LoadedVQModel,
    grid: CodeGrid,
    start: int,
    end: int,
    bands: Collection[int] | None = None,
    levels: Collection[int] | None = None,
    takes: int = 8,
    sampling: Sampling = _AS_LEARNED,
    seed: int = 0,
    choice: Choice = "likeliest",
) -> Resampled:
    """Draw the columns `start` (included) to `end` (not included) of a grid again, given all that
    comes before them and after them.

    Only cells of these `bands` and `levels` are drawn (None: all); all others keep their codes, and
    the drawn ones follow them. `takes` takes are drawn with `sampling` and `seed`, and one is kept:
    the likeliest, or one by its weight. What is exact about that is said at
    `models.prior.resampling.draw_takes`. Nothing before `start` is needed, and nothing after `end`.

    The same arguments give the same codes. Raises CodesError when the grid is not of the model's
    codec or has no such columns, bands or levels, ParameterError for fewer than one take and for
    settings that do not fit the model, and NoPriorError without a prior.
    """
    prior = loaded.require_prior()
    require_fit(loaded, grid)
    columns, *cells = grid.codes.shape
    if not 0 <= start < end <= columns:
        raise CodesError(
            f"columns {start}:{end} are not in the grid: choose at least one column of 0:{columns}"
        )
    if takes < 1:
        raise ParameterError(f"takes must be 1 or more, not {takes}")
    drawn = _chosen("band", bands, cells[0])[:, None] & _chosen("level", levels, cells[1])
    steps = draw_takes(
        open_session(prior, seed), grid.codes, Region(start, end, drawn), sampling, takes, choice
    )
    found = _finish(steps)
    codes = grid.codes.copy()
    codes[start:end] = found.codes
    return Resampled(replace(grid, codes=codes), found.kept, found.log_likelihoods)


def _chosen(what: str, numbers: Collection[int] | None, count: int) -> NDArray[np.bool_]:
    """Which of `count` bands or levels are chosen `[count]`; None is all of them."""
    if numbers is None:
        return np.ones(count, dtype=np.bool_)
    wrong = [number for number in numbers if not 0 <= number < count]
    if wrong or not numbers:
        given = f"not {wrong[0]}" if wrong else "at least one of them"
        raise CodesError(f"a {what} of this grid is 0..{count - 1}, {given}")
    return np.isin(np.arange(count), list(numbers))


def _finish(steps: Generator[None, None, _Result]) -> _Result:
    """Run a generator to its end: what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
