"""Freeze: hold the codes of the current column, in some levels or in one band."""

from __future__ import annotations

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Freeze:
    """Holds the codes of the column that was heard when it was switched on."""

    name = "freeze"
    doc = "Freeze the codes that are playing at the moment it is switched on."
    window = 1
    parameters = (
        Parameter("band", "int", 0, 64, 0, "",
                  "Freeze only this band, counted from 1, low to high; 0 freezes all. A band that "
                  "the model does not have freezes nothing."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The codes, with the held ones in the bands and levels that are frozen."""
        band = int(context.values["band"])
        bands = slice(band - 1, band) if band else slice(None)
        edited = codes.copy()
        edited[:, bands, context.levels] = context.held[bands, context.levels]
        return edited
