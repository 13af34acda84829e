"""The origins of new sound, in passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.origins import Origin, OriginFinder, passages
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin


def describe_origins(
    loaded: LoadedVQModel,
    columns: Sequence[NDArray[np.integer]],
    grains: Sequence[GrainOrigin | None] = (),
) -> list[dict[str, Any]] | None:
    """The recordings that a stream of columns `[F, Q]` comes from; see `passages`. Those that were
    played with `grains` come from there; of the others the codes are compared.

    None if the model file keeps no training codes.
    """
    if not loaded.training_codes:
        return None
    seconds = loaded.column_samples / loaded.spectrogram.config.sample_rate
    size = loaded.model.config.codebook_size
    finder = OriginFinder(loaded.training_codes, size, seconds)
    names = [one.name for one in loaded.training_codes]
    origins = [finder.push(column) for column in columns]
    stored = loaded.grains.file.header.recordings if loaded.grains else ()
    for column, grain in enumerate(grains[: len(origins)]):
        if grain is not None and stored[grain[0]].name in names:
            origins[column] = Origin(names.index(stored[grain[0]].name), grain[1], 1.0)
    return passages(origins, names, seconds)
