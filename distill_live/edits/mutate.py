"""Mutate: replace some codes, at random or with similar ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.codebook_geometry import distances
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
        if context.values["distance"] > 0:
            return np.where(replaced, _neighbours(codes, choice, context), codes)
        size = context.codebooks.shape[1]
        # Any code but the present one.
        others = (codes + 1 + (choice * (size - 1)).astype(np.int64)) % size
        return np.where(replaced, others, codes)


def _neighbours(codes: Codes, choice: NDArray[np.float64], context: EditContext) -> Codes:
    """For each code another within the distance, picked by `choice` 0..1; itself if none is."""
    found = codes.copy()
    for level, book in enumerate(context.codebooks):
        own = codes[..., level].ravel()
        near = distances(book, own) <= context.values["distance"]
        near[np.arange(len(own)), own] = False
        count = near.sum(axis=1)
        picked = (choice[..., level].ravel() * count).astype(np.int64)
        neighbour = (near.cumsum(axis=1) > picked[:, None]).argmax(axis=1)
        found[..., level] = np.where(count, neighbour, own).reshape(codes.shape[:-1])
    return found
