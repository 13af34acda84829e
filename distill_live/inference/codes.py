"""Sound to a grid of codes and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError
from distill_live.models.encoding import encode_pieces
from distill_live.models.file.persistence import LoadedVQModel


def encode(loaded: LoadedVQModel, audio: NDArray[np.float32]) -> CodeGrid:
    """Mono samples `[N]` at the model's rate to codes; silence fills up the last column."""
    return encode_blocks(loaded, [audio])


def encode_blocks(loaded: LoadedVQModel, blocks: Iterable[NDArray[np.float32]]) -> CodeGrid:
    """A recording in mono blocks `[n]`, of any length, to the same codes as `encode`; the memory
    needed does not grow with its length."""
    config = loaded.model.config
    pieces = encode_pieces(loaded.model, loaded.spectrogram, blocks, loaded.column_samples)
    codes = np.concatenate([piece.numpy() for piece in pieces])
    return CodeGrid(
        codes=codes,
        model_name=loaded.metadata["name"],
        model_sha256=loaded.metadata["codec_sha256"],
        level_labels=tuple(loaded.metadata["level_labels"]),
        codebook_size=config.codebook_size,
        column_samples=loaded.column_samples,
        sample_rate=loaded.spectrogram.config.sample_rate,
    )


def decode(
    loaded: LoadedVQModel,
    grid: CodeGrid,
    progress_callback: Callable[[float], None] | None = None,
) -> NDArray[np.float32]:
    """Codes to mono samples, which may exceed full scale: T columns give exactly
    `T * column_samples` of them.

    It works column by column through the same streams as live, so that the bytes are the same.
    Raises CodesError if another codec made the codes, or if they cannot be this one's.
    """
    require_fit(loaded, grid)
    decoder, vocoder = loaded.model.stream(), loaded.vocoder.stream()
    blocks = []
    with torch.inference_mode():
        for number, column in enumerate(grid.codes, start=1):
            blocks.append(vocoder.push(decoder.push(column[None])))
            if progress_callback:
                progress_callback(number / len(grid.codes))
        blocks += [vocoder.push(decoder.flush()), vocoder.flush()]
    whole = torch.cat(blocks).cpu().numpy()
    # With columns that overlap, the end of the last one goes further.
    return whole[: len(grid.codes) * loaded.column_samples]


def require_fit(loaded: LoadedVQModel, grid: CodeGrid) -> None:
    """Raise CodesError unless the model's codec made the grid, and its numbers are the model's: a
    file may say anything."""
    grid.require_model(loaded.metadata["name"], loaded.metadata["codec_sha256"])
    config = loaded.model.config
    _, bands, levels = grid.codes.shape
    for name, legal, found in (
        ("bands", config.bands, bands),
        ("levels", config.num_quantizers, levels),
        ("codebook_size", config.codebook_size, grid.codebook_size),
        ("column_samples", loaded.column_samples, grid.column_samples),
        ("sample_rate", loaded.spectrogram.config.sample_rate, grid.sample_rate),
    ):
        if found != legal:
            raise CodesError(
                f"codes of the model {loaded.metadata['name']!r} have {name} {legal}; these have "
                f"{found}: encode the sound again"
            )
    if grid.codes.size and not 0 <= grid.codes.min() <= grid.codes.max() < config.codebook_size:
        raise CodesError(f"codes of this model are 0..{config.codebook_size - 1}")
