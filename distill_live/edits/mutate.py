"""Mutate: replace some codes, at random or with similar ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.codebook_geometry import codes_within
from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.parameters import Parameter


class Mutate:
    """Replaces a share of the codes with others, drawn from the seed."""

    name = "mutate"
    doc = "Replace some of the codes, at random or with similar ones."
    window = 1
    parameters = (
        Parameter("share", "float", 0.0, 1.0, 0.25, "", "Share of the codes to replace: 1 is all."),
        Parameter("distance", "float", 0.0, 2.0, 0.0, "",
                  "How different the new codes may sound: a small distance takes similar codes, 1 "
                  "is typical of two codes; 0 takes any code."),
    )  # fmt: skip

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The column, with a share of its codes replaced."""
        chance = context.random(context.column)
        replaced = chance.random(codes.shape) < context.values["share"]
        choice = chance.random(codes.shape)
        find = _neighbours if context.values["distance"] > 0 else _others
        edited = codes.copy()
        for level in range(codes.shape[2]):
            here = replaced[..., level]
            edited[here, level] = find(codes[here, level], choice[here, level], context, level)
        return edited


def _others(codes: Codes, choice: NDArray[np.float64], context: EditContext, level: int) -> Codes:
    """For each of the codes [n] another one, picked by `choice` 0..1."""
    size = context.codebooks.shape[1]
    others: Codes = (codes + 1 + (choice * (size - 1)).astype(np.int64)) % size
    return others


def _neighbours(
    codes: Codes, choice: NDArray[np.float64], context: EditContext, level: int
) -> Codes:
    """For each of the codes [n] another one within the distance, picked by `choice` 0..1; the same
    where none is so near."""
    near = codes_within(codes, context.values["distance"], context.codebooks, level)
    count = near.sum(axis=1)
    picked = (choice * count).astype(np.int64)
    neighbours = (near.cumsum(axis=1) > picked[:, None]).argmax(axis=1)
    return np.where(count > 0, neighbours, codes)
