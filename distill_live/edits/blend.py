"""Blend: mix the codes with those of a second grid, in the space of their vectors."""

from __future__ import annotations

from distill_live.codes.codebook_geometry import blend_codes
from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Blend:
    """Blends the codes with those of a second grid, and quantises the mixture again."""

    name = "blend"
    doc = "Blend the codes with those of a clip or a second grid."
    window = 1
    partner = True
    switch = "blend"
    parameters = (
        Parameter("amount", "float", 0.0, 1.0, 1.0, "",
                  "Share of the second grid in a region: 0 is none, 1 is all; live, `blend` is "
                  "multiplied by it."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The codes, blended by `context.amounts` and the parameter `amount` together."""
        amounts = context.amounts * context.values["amount"]
        other = context.partner_codes(len(codes))
        return blend_codes(codes, other, amounts, context.codebooks)
