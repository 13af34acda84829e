"""How much of what a prior plays is copied: windows of columns, sought in the training codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.training_codes import WINDOW_COLUMNS, CodeTape, TapeWindow
from distill_live.models.kinds import open_session
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import Sampling
from distill_live.training.data.sequences import CodeSequences

# How many streams are drawn. What a stream begins with is left out, because all begin as the
# recordings do.
_STREAMS, _SKIPPED = 2, 8

# So much of a window must be equal for it to be the same sound with a few codes changed.
_NEAR = 0.75

# Fewer held-out windows than this say nothing; more than this are not needed.
_ENOUGH, _MOST_WINDOWS = 12, 400

# So much above the held-out sound, generated windows are copies. Measured on 54 s of drones: a
# prior that knows them by heart (perplexity 1.0) has 0.32 and 0.37, an ordinary one 0.0.
_SUSPICIOUS = 0.15


@dataclass(frozen=True)
class Overlap:
    """Shares (0..1) of windows that stand in the training codes.

    `coarse`: all codes of the coarsest level are the same; that is the same figure, its colour may
    differ. `near`: at least three quarters of the codes of all levels are the same; that is the
    same sound, though a few codes have changed.
    """

    coarse: float
    near: float


@dataclass(frozen=True)
class Memorisation:
    """How much of what the prior plays stands in the training codes, in windows of `columns`
    columns, and how much of the parts of the recordings that were held out does.

    `held_out` is None where these are too short or too few to say anything.
    """

    columns: int
    generated: Overlap
    held_out: Overlap | None

    @classmethod
    def of_header(cls, described: dict[str, Any]) -> Self:
        """As a model file's header says it."""
        held_out = described["held_out"]
        return cls(
            int(described["columns"]),
            Overlap(**described["generated"]),
            Overlap(**held_out) if held_out else None,
        )

    @property
    def warning(self) -> str | None:
        """What to know and do if the prior copies its recordings, else None."""
        if not self._copies:
            return None
        return (
            "the prior copies its recordings: play it at a higher temperature, or train it on "
            "more recordings or with a smaller --prior-size"
        )

    @property
    def verdict(self) -> str:
        """Whether it copies its recordings, by which figures, and what to do about it: one line."""
        figures = (
            f"of the {self.columns}-column passages that it plays, {self.generated.coarse:.0%} are "
            f"in them by the coarsest level, {self.generated.near:.0%} nearly by all levels"
        )
        if self.held_out is None:
            figures += "; too little was held out to compare with"
        else:
            figures += (
                f"; of held-out passages {self.held_out.coarse:.0%} and {self.held_out.near:.0%}"
            )
        if self.warning:
            return f"warning: {self.warning} ({figures})"
        return f"the prior {self._how_little} ({figures})"

    @property
    def _copies(self) -> bool:
        usual = self.held_out or Overlap(0.0, 0.0)
        above = max(self.generated.coarse - usual.coarse, self.generated.near - usual.near)
        return above >= _SUSPICIOUS

    @property
    def _how_little(self) -> str:
        if self.generated == Overlap(0.0, 0.0):
            return "does not copy its recordings"
        if self.held_out is None:
            return "hardly copies its recordings"
        return "copies its recordings hardly more than held-out sound does"


def measure_memorisation(
    prior: Prior, sequences: CodeSequences, stream_columns: int = 128
) -> Memorisation:
    """Let a prior play two streams of so many columns at the default settings, and look their
    windows up in all that it was trained on, at every alignment and gain.

    Windows have WINDOW_COLUMNS columns, or, where what was held out is shorter than that, half or a
    quarter as many, so that both shares are of windows of one length.
    """
    generated = []
    for seed in range(_STREAMS):
        prior_session = open_session(prior, seed)
        played = [prior_session.step(Sampling()) for _ in range(_SKIPPED + stream_columns)]
        generated.append(np.concatenate(played[_SKIPPED:]))
    # Where a recording has nothing held out, all of it was trained on.
    held_out = [grid[first:] for grid, first in sequences.validation if first]
    columns = _longest_window(held_out)
    grids = sequences.training
    if columns is None:
        return Memorisation(WINDOW_COLUMNS, measure_overlap(generated, grids), None)
    return Memorisation(
        columns,
        measure_overlap(generated, grids, columns),
        measure_overlap(held_out, grids, columns),
    )


def measure_overlap(
    streams: Sequence[NDArray[np.integer]],
    training: Sequence[NDArray[np.integer]],
    columns: int = WINDOW_COLUMNS,
) -> Overlap:
    """Which shares of the windows of `columns` columns of some grids `[T, F, Q]` stand in others.

    Of very many windows those are looked up that lie in grids spread evenly over all.
    """
    windows = sum(max(len(grid) - columns + 1, 0) for grid in streams)
    streams = streams[:: -(-windows // _MOST_WINDOWS)]
    coarse = [grid[:, :, :1] for grid in streams], [grid[:, :, :1] for grid in training]
    return Overlap(_share(*coarse, columns, 1.0), _share(streams, training, columns, _NEAR))


def _share(
    streams: Sequence[NDArray[np.integer]],
    training: Sequence[NDArray[np.integer]],
    columns: int,
    needed: float,
) -> float:
    """The share of windows of which somewhere at least the part `needed` of all codes is equal."""
    window = TapeWindow[np.uint32](CodeTape(training), columns)
    worth = np.ones(streams[0][0].size, dtype=np.uint32)
    found = []
    for grid in streams:
        window.clear()
        for column in grid:
            most = int(window.push(column, worth).max())
            if window.is_full:
                found.append(most >= needed * columns * len(worth))
    return float(np.mean(found))


def _longest_window(held_out: Sequence[NDArray[np.integer]]) -> int | None:
    """Of WINDOW_COLUMNS, its half and its quarter the first of which there are enough windows."""
    for columns in (WINDOW_COLUMNS, WINDOW_COLUMNS // 2, WINDOW_COLUMNS // 4):
        if sum(max(len(grid) - columns + 1, 0) for grid in held_out) >= _ENOUGH:
            return columns
    return None
