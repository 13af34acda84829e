"""Swap: exchange a region with one of a second grid."""

from __future__ import annotations

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Swap:
    """Exchanges a region with one of the same length, of a second grid or of the same one."""

    name = "swap"
    doc = "Swap a region with one of a clip or a second grid, or with another of the same grid."
    window = 1
    scope = "region"
    partner = True
    mutual = True
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The partner's codes; the framework does the same for the partner."""
        return context.partner_codes(len(codes))
