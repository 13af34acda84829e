"""Mask: drop levels, so that the others can be heard alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


def neutral_codes(codebooks: NDArray[np.float32]) -> Codes:
    """The code of each level [Q] that contributes least, from the codebooks [Q, V, D].

    A level refines the ones before it, so the code nearest to zero leaves it out. The first level
    has none before it: its neutral code is the one nearest to its codebook's mean.
    """
    centres = np.zeros_like(codebooks[:, :1])
    centres[0] = codebooks[0].mean(axis=0)
    neutral: Codes = np.square(codebooks - centres).sum(axis=2).argmin(axis=1)
    return neutral
