"""Set: paint one cell."""

from __future__ import annotations

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.parameters import CODE_UNIT, Parameter


class Set:
    """Puts a code into one cell: one column, one band, one level."""

    name = "set"
    doc = "Paint one cell: give it a code of your choice."
    scope = "region"
    parameters = (
        Parameter("code", "int", 0, 32_767, 0, CODE_UNIT, "Code to put into the cell."),
    )  # fmt: skip

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """The codes with the new one in its cell. Raises CodesError for more than one cell."""
        cells = (end - start) * int(context.bands.sum()) * int(context.levels.sum())
        if cells != 1:
            raise CodesError(
                f"{self.name} changes one cell, but {cells} are selected: choose one column, one "
                "band and one level, or use fill"
            )
        changed = codes.copy()
        changed[start, context.bands, context.levels] = int(context.values["code"])
        return changed
