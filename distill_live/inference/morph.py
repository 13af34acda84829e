"""From one recording to another through the prior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from distill_live.codes.grid import CodeGrid
from distill_live.errors import ParameterError
from distill_live.inference.codes import require_fit
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.manner import MannerMix, MannerTable
from distill_live.models.prior.sampling import Sampling

#: How a morph is drawn unless you say otherwise: mostly in the recordings' manners.
MORPH_SAMPLING = Sampling(manner=0.8)


def morph(
    loaded: LoadedVQModel,
    a: CodeGrid,
    b: CodeGrid,
    seconds: float,
    sampling: Sampling = MORPH_SAMPLING,
    seed: int = 0,
) -> CodeGrid:
    """The way from one recording to another, new columns that last `seconds` seconds.

    The prior continues from the end of `a`. `sampling.manner` of the probabilities come from the
    two recordings (see `models.prior.manner.MannerTable`): from `a` alone in the first column, from
    `b` alone in the last, and in between from a mix that changes evenly.

    The same arguments give the same codes. Raises CodesError when a grid is empty or not of the
    model's codec, ParameterError when the time is not above 0, and for settings that do not fit the
    model or have a manner of 0 throughout, and NoPriorError without a prior.
    """
    prior = loaded.require_prior()
    for grid in (a, b):
        require_fit(loaded, grid)
    if not np.any(sampling.manner):
        raise ParameterError("a morph needs a manner above 0: it leads from one grid to the other")
    columns = seconds * loaded.spectrogram.config.sample_rate / loaded.column_samples
    if not 0.0 < columns < np.inf:
        raise ParameterError(f"the length of a morph must be above 0 seconds, not {seconds:g}")
    first, second = (MannerTable(grid.codes, grid.codebook_size) for grid in (a, b))
    session = open_session(prior, seed)
    session.prime(a.codes)
    path = [
        session.step(replace(sampling, manner_table=MannerMix(first, second, float(weight))))
        for weight in np.linspace(0.0, 1.0, max(round(columns), 1))
    ]
    return a.with_codes(np.concatenate(path))
