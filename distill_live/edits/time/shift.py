"""Shift: move codes in time and from band to band."""

from __future__ import annotations

import numpy as np

from distill_live.codes.edit import MAX_COLUMNS, EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Shift:
    """Rotates a window in time, and its bands: what leaves at one edge comes in at the other."""

    name = "shift"
    doc = "Move codes in time and between bands; what leaves at one edge comes back at the other."
    window = "window"
    parameters = (
        Parameter("columns", "int", -MAX_COLUMNS, MAX_COLUMNS, 1, "columns",
                  "How far codes move in time: later or (below 0) earlier."),
        Parameter("bands", "int", -MAX_COLUMNS, MAX_COLUMNS, 0, "bands",
                  "How far codes move between bands: up or (below 0) down, among those selected."),
        Parameter("window", "int", 1, MAX_COLUMNS, 16, "columns",
                  "Length of the passage in which codes move round."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The window, rotated in time and among the bands that are selected."""
        shifted = np.roll(codes, int(context.values["columns"]), axis=0)
        bands = np.flatnonzero(context.bands)
        shifted[:, bands] = shifted[:, np.roll(bands, int(context.values["bands"]))]
        return shifted
