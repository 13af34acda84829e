"""Reverse: play passages backwards."""

from __future__ import annotations

from distill_live.codes.edit import MAX_COLUMNS, EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Reverse:
    """Reverses the order of the columns of each window."""

    name = "reverse"
    doc = "Play passages backwards, one after the other."
    window = "columns"
    parameters = (
        Parameter("columns", "int", 2, MAX_COLUMNS, 8, "columns", "Length of a passage."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The window, from its last column to its first."""
        return codes[::-1]
