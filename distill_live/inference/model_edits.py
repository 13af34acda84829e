"""Edits that need more of a model than its codebooks: steps of an edit list."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from distill_live.codes.edit import Edit, EditContext
from distill_live.codes.edit_lists.resample_edit import ResampleEdit
from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.inference.resample import resample
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.sampling import Sampling


class Resample(ResampleEdit):
    """Draws a region again with a model's prior; see `inference.resample.resample`."""

    def __init__(self, load: Callable[[], LoadedVQModel]) -> None:
        """`load` gives the model of the grids that are edited; it is called with the first one."""
        self._load = load

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        """The codes `[T, F, Q]` with the selected cells drawn again. Raises NoPriorError for a
        model without a prior."""
        loaded = self._load()
        selection = Selection(
            f"{start}:{end}",
            ",".join(map(str, np.flatnonzero(context.bands))),
            ",".join(map(str, np.flatnonzero(context.levels))),
        )
        sampling = Sampling(temperature=context.values["temperature"])
        takes = int(context.values["takes"])
        found = resample(loaded, loaded.grid_of(codes), selection, takes, sampling, context.seed)
        return found.grid.codes


def model_edits(load: Callable[[], LoadedVQModel]) -> dict[str, Edit]:
    """The edits of this module by name, for the model that `load` gives."""
    # An edit that sees the whole grid is not called with a window.
    return {Resample.name: cast(Edit, Resample(load))}
