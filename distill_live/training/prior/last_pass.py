"""The last pass: once the best epoch is chosen, its prior learns what was held out to choose it."""

from __future__ import annotations

import numpy as np

from distill_live.training.data.sequences import CodeSequences
from distill_live.training.prior.windows import CodeCrops, Crops

# The fraction of the batches that are from the ends; the rest is what the prior knows, lest it
# forget it.
_FROM_ENDS = 0.4


class LastCrops:
    """Draws crops as `CodeCrops` does, some of them from the ends of the recordings.

    The ends are the columns that were held out, with up to half a context before them. They are not
    there at every alignment and gain, as the rest is, and how they sound is not known.
    """

    def __init__(
        self, sequences: CodeSequences, context_columns: int, random: np.random.Generator
    ) -> None:
        ends = [
            grid[max(first - context_columns // 2, 0) :]
            for grid, first in sequences.validation
            if first
        ]
        #: Whether anything was held out.
        self.has_ends = bool(ends)
        self._random = random
        self._known = CodeCrops(
            sequences.training, context_columns, random, sequences.training_ranks
        )
        self._ends = CodeCrops(ends, context_columns, random) if ends else self._known

    def draw(self, count: int) -> Crops:
        """The next `count` crops, all of them from the ends or none."""
        source = self._ends if self._random.random() < _FROM_ENDS else self._known
        return source.draw(count)
