"""Single entries of a codebook, single columns and single levels, made audible.

An entry alone is a column held for a while in which the entry's level has its code in some or all
bands, and the other levels have their neutral codes. Other bands hold the quietest column that the
first level has.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.codes.codebook_geometry import Codebooks, axis_ranks, neutral_codes
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.models.file.loaded import LoadedVQModel

# How many columns a code is held before its loudness is looked at: what came before is forgotten.
_SETTLED_COLUMNS = 8


def entry_orders(loaded: LoadedVQModel) -> NDArray[np.int64]:
    """The codes `[Q, V]` of each level along the main axis of its codebook, the quieter end
    first."""
    codebooks = loaded.codebooks
    orders = axis_ranks(codebooks)[0].copy()
    for level, order in enumerate(orders):
        first, last = (
            held_mels(loaded, _all_bands(loaded, codebooks, level, code)).mean()
            for code in (order[0], order[-1])
        )
        if first > last:
            orders[level] = order[::-1]
    return orders


def entry_column(
    loaded: LoadedVQModel, level: int, code: int, bands: NDArray[np.bool_] | None = None
) -> Codes:
    """The column `[F, Q]` in which an entry is heard, in some bands or in all.

    Raises CodesError for a code that the codebook does not have.
    """
    codebooks = loaded.codebooks
    if not 0 <= code < codebooks.shape[1]:
        raise CodesError(f"there is no code {code}; legal: 0..{codebooks.shape[1] - 1}")
    column = _all_bands(loaded, codebooks, level, code)
    if bands is not None and not bands.all():
        quietest = int(entry_orders(loaded)[0, 0])
        column[~bands] = _all_bands(loaded, codebooks, 0, quietest)[~bands]
    return column


def only_level(codes: Codes, level: int, codebooks: Codebooks) -> Codes:
    """Codes `[..., Q]` with neutral codes in all levels but one."""
    alone = np.broadcast_to(neutral_codes(codebooks), codes.shape).copy()
    alone[..., level] = codes[..., level]
    return alone


def held_mels(loaded: LoadedVQModel, column: Codes) -> NDArray[np.float32]:
    """The normalised mels `[M, frames]` of a column `[F, Q]` after it has been held for a while."""
    stream = loaded.decoder()
    frames = loaded.model.config.column_frames
    with torch.inference_mode():
        held = loaded.spectrogram.mels(stream.push(np.repeat(column[None], _SETTLED_COLUMNS, 0)))
        mels: NDArray[np.float32] = held[:, -frames:].cpu().numpy()
    return mels


def _all_bands(loaded: LoadedVQModel, codebooks: Codebooks, level: int, code: int) -> Codes:
    column = np.tile(neutral_codes(codebooks), (loaded.model.config.bands, 1))
    column[:, level] = code
    return column
