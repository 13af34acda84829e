"""The origins of new sound, in passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.origins import OriginFinder, passages
from distill_live.models.file.loaded import LoadedVQModel


def describe_origins(
    loaded: LoadedVQModel, columns: Sequence[NDArray[np.integer]]
) -> list[dict[str, Any]] | None:
    """The recordings that a stream of columns `[F, Q]` comes from; see `passages`.

    None if the model file keeps no training codes.
    """
    if not loaded.training_codes:
        return None
    seconds = loaded.column_samples / loaded.spectrogram.config.sample_rate
    size = loaded.model.config.codebook_size
    finder = OriginFinder(loaded.training_codes, size, seconds)
    names = [one.name for one in loaded.training_codes]
    return passages(map(finder.push, columns), names, seconds)
