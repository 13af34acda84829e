"""Stutter: repeat what was just heard."""

from __future__ import annotations

import numpy as np

from distill_live.codes.edit import MAX_COLUMNS, EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Stutter:
    """Repeats the last beats that were heard before it was switched on, until it is switched off.

    It remembers at most the last 64 columns: five seconds of 85 ms columns.
    """

    name = "stutter"
    doc = "Repeat what was heard just before it is switched on, until it is switched off."
    window = 1
    holds = MAX_COLUMNS
    timed = True
    parameters = (
        Parameter("beats", "float", 0.0625, 8.0, 1.0, "beats",
                  "Length of what is repeated, rounded to whole columns, 64 at most (about 5 s); "
                  "longer settings repeat those 64.", curve="exp"),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The held columns in turn, counted for each level from where it was switched on."""
        length = round(context.values["beats"] * context.columns_per_beat)
        length = min(max(length, 1), MAX_COLUMNS)
        places = MAX_COLUMNS - length + (context.column - context.since) % length
        # Column `places[q]` for level q: [F, Q].
        return context.held_columns[places, :, np.arange(len(places))].T[None]
