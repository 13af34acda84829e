"""Mask: drop levels, so that the others can be heard alone."""

from __future__ import annotations

from distill_live.codes.codebook_geometry import neutral_codes
from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Mask:
    """Replaces the codes of a level by its neutral code."""

    name = "mask"
    doc = "Drop levels: replace their codes with neutral ones, which add almost nothing."
    window = 1
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The codes, with neutral ones in the levels that are dropped."""
        edited = codes.copy()
        edited[:, :, context.levels] = neutral_codes(context.codebooks)[context.levels]
        return edited
