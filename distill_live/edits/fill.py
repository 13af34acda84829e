"""Fill: one code everywhere."""

from __future__ import annotations

import numpy as np

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import CODE_UNIT, Parameter


class Fill:
    """Puts the same code into every cell."""

    name = "fill"
    doc = "Play the same code in every column and band."
    window = 1
    parameters = (
        Parameter("code", "int", 0, 32_767, 0, CODE_UNIT,
                  "Code to play. Live, a code that the model does not have plays as its highest "
                  "one; in a region or file it is an error."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The code, in every cell."""
        return np.full_like(codes, int(context.values["code"]))
