"""Shuffle: play the columns of passages in another order."""

from __future__ import annotations

from distill_live.codes.edit import MAX_COLUMNS, EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Shuffle:
    """Plays the columns of each window in an order that is drawn from the seed."""

    name = "shuffle"
    doc = "Play the columns of each passage in a random order, drawn from the seed."
    window = "columns"
    parameters = (
        Parameter("columns", "int", 2, MAX_COLUMNS, 8, "columns", "Length of a passage."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The window's columns, in another order."""
        return codes[context.random(context.column).permutation(len(codes))]
