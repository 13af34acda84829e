"""A region of a stored grid, drawn again by the prior."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple, TypeVar

from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection
from distill_live.errors import ParameterError
from distill_live.inference.codes import require_fit
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.resampling import Choice, draw_takes
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
    selection: Selection,
    takes: int = 8,
    sampling: Sampling = _AS_LEARNED,
    seed: int = 0,
    choice: Choice = "likeliest",
) -> Resampled:
    """Draw the selected cells of a grid again, given all that comes before them and after them.

    Cells of other columns, bands and levels keep their codes, and the drawn ones follow them.
    `takes` takes are drawn with `sampling` and `seed`, and one is kept: the likeliest, or one by
    its weight. What is exact about that is said at `models.prior.resampling.draw_takes`. The
    selection may begin with the grid, or end with it.

    The same arguments give the same codes. Raises CodesError when the grid is not of the model's
    codec or the selection is not in it, ParameterError for fewer than one take and for settings
    that do not fit the model, and NoPriorError without a prior.
    """
    prior = loaded.require_prior()
    require_fit(loaded, grid)
    region = grid.region(selection)
    if takes < 1:
        raise ParameterError(f"takes must be 1 or more, not {takes}")
    steps = draw_takes(open_session(prior, seed), grid.codes, region, sampling, takes, choice)
    found = _finish(steps)
    codes = grid.codes.copy()
    codes[region.start : region.end] = found.codes
    return Resampled(grid.with_codes(codes), found.kept, found.log_likelihoods)


def _finish(steps: Generator[None, None, _Result]) -> _Result:
    """Run a generator to its end: what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
