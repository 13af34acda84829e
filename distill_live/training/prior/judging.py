"""How good a prior is: its perplexity on codes that it has not seen, compared with counting."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from distill_live.models.prior.base import Prior
from distill_live.training.data.coding import Grid
from distill_live.training.prior.baselines import Baselines
from distill_live.training.prior.windows import Window

# Enough to judge an epoch by; from a large set, windows are taken that are spread evenly over it.
_JUDGED_WINDOWS = 96


@dataclass(frozen=True)
class PriorPerplexity:
    """The perplexity per code (1..V, lower is better) of a prior, and of counting.

    `training` and `validation` are measured in the same way, without dropout.
    """

    training: float
    validation: float
    baselines: Baselines

    @property
    def beats_counting(self) -> bool:
        """Whether it predicts held-out codes better than both models that count."""
        return self.validation < min(self.baselines.unigram, self.baselines.previous_column)


def judged_windows(parts: Iterable[tuple[Grid, int]], context_columns: int) -> list[Window]:
    """The windows to judge a prior by, of grids from a given column on: all of them, or every k-th
    if there are more than needed."""
    windows = [w for grid, first in parts for w in Window.of_grid(grid, first, context_columns)]
    return windows[:: math.ceil(len(windows) / _JUDGED_WINDOWS)]


def expected_windows(held_out_columns: float, recordings: int, context_columns: int) -> int:
    """About how many windows there are to judge a prior by, of recordings that together have so
    many held-out columns."""
    anchors = held_out_columns / (context_columns // 2) + recordings
    # Recordings are coded at two alignments.
    return max(1, min(round(2 * anchors), _JUDGED_WINDOWS))


@torch.inference_mode()
def window_perplexity(prior: Prior, windows: list[Window]) -> float:
    """The perplexity per code, 1..V, of all codes that the windows ask for."""
    total, count = 0.0, 0
    for window in windows:
        codes = torch.from_numpy(np.int64(window.codes))[None].to(prior.device)
        logits = prior(codes)[0, window.scored :]
        total += functional.cross_entropy(logits, codes[0, window.scored :], reduction="sum").item()
        count += len(logits)
    return math.exp(total / count)
