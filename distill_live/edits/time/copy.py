"""Copy: repeat a region elsewhere in the same grid."""

from __future__ import annotations

from distill_live.codes.edit import EditContext
from distill_live.codes.selection import no_place
from distill_live.codes.timeline import Codes
from distill_live.parameters import COLUMN_UNIT, Parameter

#: The highest column that can be given as a destination.
LAST_COLUMN = 2**31 - 1


class Copy:
    """Copies a region over the columns from `to` on."""

    name = "copy"
    doc = "Copy a region to another place in the same grid."
    scope = "region"
    parameters = (
        Parameter("to", "int", 0, LAST_COLUMN, 0, COLUMN_UNIT, "Column where the copy begins."),
    )  # fmt: skip

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """The codes, with the copy. Raises CodesError if it does not fit there."""
        changed = codes.copy()
        changed[destination(len(codes), end - start, context)] = codes[start:end]
        return changed


def destination(columns: int, length: int, context: EditContext) -> slice:
    """The columns that a region of `length` columns takes from the parameter `to` on, of a grid of
    so many columns. Raises CodesError if it does not fit there."""
    start = int(context.values["to"]) - context.column
    if not 0 <= start <= columns - length:
        first = context.column
        raise no_place("to", first + start, length, (first, first + columns))
    return slice(start, start + length)
