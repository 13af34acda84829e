"""Quantise: only codes that a second grid uses."""

from __future__ import annotations

from distill_live.codes.codebook_geometry import nearest_used, used_codes
from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Quantise:
    """Replaces each code with the nearest that the second grid uses in that band and level."""

    name = "quantise"
    doc = "Play only codes that a clip or a second grid uses: each code moves to the nearest one."
    window = 1
    partner = True
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The codes, each replaced with the nearest one that the partner uses."""
        used = used_codes(context.partner, context.codebooks.shape[1])
        return nearest_used(codes, used, context.codebooks)
