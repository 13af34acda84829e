"""Mask: levels drop out, so that what the others say can be heard alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Mask:
    """Puts each level's neutral code in place of its codes."""

    name = "mask"
    doc = "Drop levels: replace their codes with neutral ones, which add almost nothing."
    window = 1
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The codes with the neutral ones in the levels that are dropped."""
        edited = codes.copy()
        edited[:, :, context.levels] = neutral_codes(context.codebooks)[context.levels]
        return edited


def neutral_codes(codebooks: NDArray[np.float32]) -> Codes:
    """The code of each level [Q] that says least, from the codebooks [Q, V, D].

    Levels refine the ones before them, so that the code nearest to zero leaves a level out. Nothing
    comes before the first: its neutral code is the one nearest to its codebook's mean.
    """
    centres = np.zeros_like(codebooks[:, :1])
    centres[0] = codebooks[0].mean(axis=0)
    neutral: Codes = np.square(codebooks - centres).sum(axis=2).argmin(axis=1)
    return neutral
