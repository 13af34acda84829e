"""Move: take a region to another place, and leave neutral codes behind."""

from __future__ import annotations

from distill_live.codes.codebook_geometry import neutral_codes
from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.edits.time.copy import LAST_COLUMN, destination
from distill_live.parameters import COLUMN_UNIT, Parameter


class Move:
    """Moves a region to the columns from `to` on; neutral codes take its old place."""

    name = "move"
    doc = "Move a region to another place in the same grid; neutral codes take its old place."
    scope = "region"
    parameters = (
        Parameter("to", "int", 0, LAST_COLUMN, 0, COLUMN_UNIT,
                  "Column where the region begins afterwards."),
    )  # fmt: skip

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """The codes, with the region in its new place. Raises CodesError if it does not fit."""
        changed = codes.copy()
        place = destination(len(codes), end - start, context)
        changed[start:end] = neutral_codes(context.codebooks)
        changed[place] = codes[start:end]
        return changed
