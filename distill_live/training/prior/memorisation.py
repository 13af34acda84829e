"""How much of what a prior plays is copied: windows of columns looked up in the training codes."""

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

# How many streams are sampled, and how many of their first columns are left out, because every
# stream begins as the recordings do.
_STREAMS, _SKIPPED = 2, 8

# The fraction of equal codes from which a window is the same sound with a few codes changed.
_NEAR = 0.75

# Fewer held-out windows say nothing; more are not needed.
_ENOUGH, _MOST_WINDOWS = 12, 400

# Generated windows are copies if their share is so much above that of held-out sound. Measured on
# 54 s of drones: a prior that knows them by heart (perplexity 1.0) has 0.32 and 0.37, an ordinary
# one 0.0.
_SUSPICIOUS = 0.15


@dataclass(frozen=True)
class Overlap:
    """The shares (0..1) of windows that occur in the training codes.

    `coarse`: all codes of the coarsest level are equal, which is the same figure, maybe in another
    colour. `near`: at least three quarters of the codes of all levels are equal, which is the same
    sound with a few codes changed.
    """

    coarse: float
    near: float


@dataclass(frozen=True)
class Memorisation:
    """How much of what the prior plays occurs in the training codes, in windows of `columns`
    columns, compared with the held-out parts of the recordings.

    `held_out` is None if these are too short or too few to say anything.
    """

    columns: int
    generated: Overlap
    held_out: Overlap | None

    @classmethod
    def of_header(cls, described: dict[str, Any]) -> Self:
        """From a model file's header."""
        held_out = described["held_out"]
        return cls(
            int(described["columns"]),
            Overlap(**described["generated"]),
            Overlap(**held_out) if held_out else None,
        )

    @property
    def warning(self) -> str | None:
        """What to do if the prior copies its recordings, else None."""
        if not self._copies:
            return None
        return (
            "the prior copies its recordings: play it at a higher temperature, or train it on "
            "more recordings or with a smaller --prior-size"
        )

    @property
    def verdict(self) -> str:
        """One line: whether the prior copies its recordings, the figures, what to do about it."""
        figures = (
            f"{self.generated.coarse:.0%} of its {self.columns}-column passages match the "
            f"recordings at the coarsest level, {self.generated.near:.0%} nearly match at all "
            "levels"
        )
        if self.held_out is None:
            figures += "; too little was held out to compare with"
        else:
            figures += (
                f"; for held-out sound, {self.held_out.coarse:.0%} and {self.held_out.near:.0%}"
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
        return "hardly copies its recordings more than held-out sound does"


def measure_memorisation(
    prior: Prior, sequences: CodeSequences, stream_columns: int = 128
) -> Memorisation:
    """Let a prior play two streams of so many columns with the default settings, and look their
    windows up in everything that it was trained on, at every alignment and gain.

    Windows have WINDOW_COLUMNS columns, or half or a quarter as many if the held-out parts are
    shorter, so that both shares are for windows of the same length.
    """
    generated = []
    for seed in range(_STREAMS):
        prior_session = open_session(prior, seed)
        played = [prior_session.step(Sampling()) for _ in range(_SKIPPED + stream_columns)]
        generated.append(np.concatenate(played[_SKIPPED:]))
    # A recording with nothing held out was trained on as a whole.
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
    """The shares of windows of `columns` columns in some grids `[T, F, Q]` that occur in others.

    If there are very many windows, only those of some grids, evenly chosen, are looked up.
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
    """The share of windows of which at least the fraction `needed` of codes is equal somewhere."""
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
    """WINDOW_COLUMNS, its half or its quarter: the first length with enough windows, else None."""
    for columns in (WINDOW_COLUMNS, WINDOW_COLUMNS // 2, WINDOW_COLUMNS // 4):
        if sum(max(len(grid) - columns + 1, 0) for grid in held_out) >= _ENOUGH:
            return columns
    return None
