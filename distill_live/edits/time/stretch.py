"""Stretch: make a region longer or shorter by repeating or dropping columns."""

from __future__ import annotations

import numpy as np

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.parameters import Parameter


class Stretch:
    """Repeats or drops whole columns of a region, evenly; what follows moves."""

    name = "stretch"
    doc = "Make a region longer or shorter: columns are repeated, or dropped."
    scope = "file"
    parameters = (
        Parameter("factor", "float", 0.25, 4.0, 2.0, "",
                  "How many times as long the region becomes: 2 plays every column twice, 0.5 "
                  "every second one.", curve="exp"),
    )  # fmt: skip

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """The codes, with a longer or shorter region of one column or more.

        Raises CodesError if bands or levels are selected: columns are stretched as a whole.
        """
        if not (context.bands.all() and context.levels.all()):
            raise CodesError(f"{self.name} changes whole columns: leave out bands and levels")
        length = end - start
        stretched = max(round(length * context.values["factor"]), 1)
        # Of the columns that fall together, the one in the middle.
        columns = (2 * np.arange(stretched) + 1) * length // (2 * stretched)
        return np.concatenate([codes[:start], codes[start:end][columns], codes[end:]])
