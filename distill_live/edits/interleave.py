"""Interleave: some levels from a second grid, the others as they are."""

from __future__ import annotations

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Interleave:
    """Takes the codes of a second grid, column for column."""

    name = "interleave"
    doc = "Take levels from a clip or a second grid: its structure with your detail, for instance."
    window = 1
    partner = True
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The partner's codes; the framework keeps levels that are not selected."""
        return context.partner_codes(len(codes))
