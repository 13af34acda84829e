"""How loud the columns of a grid are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.codes.grid import CodeGrid
from distill_live.models.file.loaded import LoadedVQModel

#: A column is silent if the mean power of its decoded mels is below this.
SILENT_DB = -60.0


def silent_columns(
    loaded: LoadedVQModel, grid: CodeGrid, progress: Callable[[float], object]
) -> NDArray[np.bool_]:
    """Which columns `[T]` of a grid of the model are silent; see SILENT_DB. `progress` gets the
    part done, 0..1."""
    stream = loaded.decoder()
    powers = []
    with torch.inference_mode():
        for number, column in enumerate(grid.codes, start=1):
            powers.append(_power(loaded, stream.push(column[None])))
            progress(number / len(grid.codes))
        powers.append(_power(loaded, stream.flush()))
    by_column = torch.cat(powers).reshape(len(grid.codes), -1).mean(dim=1)
    silent: NDArray[np.bool_] = (by_column < 10.0 ** (SILENT_DB / 10.0)).cpu().numpy()
    return silent


def _power(loaded: LoadedVQModel, mel: Tensor) -> Tensor:
    """The mean power `[frames]` of normalised mels `[M, frames]`, with or without an image."""
    spectrogram = loaded.spectrogram
    return spectrogram.denormalise(spectrogram.mels(mel)).exp().mean(dim=0)
