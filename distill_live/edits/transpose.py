"""Transpose: move every code the same number of steps along its codebook."""

from __future__ import annotations

import numpy as np

from distill_live.codes.codebook_geometry import axis_ranks
from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Transpose:
    """Moves each code along its codebook, whose codes are ordered along the first principal axis,
    the direction in which they differ most. So neighbours sound alike, and the same number of steps
    changes all codes in a similar way."""

    name = "transpose"
    doc = "Move every code by the same number of steps; codes one step apart sound alike."
    window = 1
    parameters = (
        Parameter("steps", "int", -64, 64, 1, "",
                  "Number of steps, up or (below 0) down. The codes of each level are in the order "
                  "in which they differ most, and stop at both ends."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The codes, moved."""
        order, ranks = axis_ranks(context.codebooks)
        levels = np.arange(codes.shape[2])
        moved_ranks = ranks[levels, codes] + int(context.values["steps"])
        moved: Codes = order[levels, moved_ranks.clip(0, order.shape[1] - 1)]
        return moved
