"""Sound to a grid of codes and back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError
from distill_live.inference.decoder_process import column_mels, mels_made_beside
from distill_live.models.encoding import encode_pieces
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings

# A second process takes two seconds to start, and saves one for each minute of sound.
_WORTH_A_PROCESS_SECONDS = 180.0


def encode(loaded: LoadedVQModel, audio: NDArray[np.float32]) -> CodeGrid:
    """Mono samples `[N]`, or the middle and the side `[N, 2]`, at the model's rate to codes;
    silence fills up the last column."""
    return encode_blocks(loaded, [audio])


def encode_blocks(
    loaded: LoadedVQModel, blocks: Iterable[NDArray[np.float32]], source: str = ""
) -> CodeGrid:
    """A recording in blocks of any length, each as `encode` takes it, to the same codes; the memory
    needed does not grow with its length. `source` is that of the grid."""
    pieces = encode_pieces(loaded.model, loaded.spectrogram, blocks, loaded.column_samples)
    return loaded.grid_of(np.concatenate([piece.numpy() for piece in pieces]), source)


def decode(
    loaded: LoadedVQModel,
    grid: CodeGrid,
    progress_callback: Callable[[float], None] | None = None,
    sound: SoundSettings = USUAL_SOUND,
) -> NDArray[np.float32]:
    """What `decode_blocks` gives, as one array: for grids that are not too long for it."""
    blocks = decode_blocks(loaded, grid, progress_callback, sound)
    return np.concatenate([loaded.silence(0), *blocks])


def decode_blocks(
    loaded: LoadedVQModel,
    grid: CodeGrid,
    progress_callback: Callable[[float], None] | None = None,
    sound: SoundSettings = USUAL_SOUND,
) -> Iterator[NDArray[np.float32]]:
    """Codes to blocks `[n]`, or `[n, 2]` of a stereo model, whose samples may exceed full scale: T
    columns give exactly `T * column_samples` of them. The memory needed does not grow with the
    length of the grid.

    It works column by column through the same streams as live, so that the bytes are the same.
    Raises CodesError at once as `require_fit` does.
    """
    require_fit(loaded, grid)
    long = grid.duration_seconds >= _WORTH_A_PROCESS_SECONDS
    mels: Iterator[Tensor]
    if long and loaded.device.type == "cpu" and (os.cpu_count() or 1) > 1:
        mels = mels_made_beside(loaded, grid, sound)
    else:
        mels = column_mels(loaded, grid.codes, sound)
    return _decoded(loaded, mels, len(grid.codes), sound, progress_callback)


def decode_vectors(
    loaded: LoadedVQModel,
    vectors: Iterable[NDArray[np.float32]],
    columns: int,
    progress_callback: Callable[[float], None] | None = None,
    sound: SoundSettings = USUAL_SOUND,
) -> Iterator[NDArray[np.float32]]:
    """As `decode_blocks`, with vectors `[k, F, D]` in the place of those of codes, so many columns
    together: what lies between codes can be heard without being turned into codes."""
    mels = column_mels(loaded, (column for block in vectors for column in block), sound)
    return _decoded(loaded, mels, columns, sound, progress_callback)


@torch.inference_mode()
def _decoded(
    loaded: LoadedVQModel,
    mels: Iterable[Tensor],
    columns: int,
    sound: SoundSettings,
    progress: Callable[[float], None] | None,
) -> Iterator[NDArray[np.float32]]:
    vocoder = loaded.sounding(sound)
    # With columns that overlap, the end of the last one goes further.
    left = columns * loaded.column_samples
    for number, mel in enumerate(mels, start=1):
        block = vocoder.push(mel).cpu().numpy()[:left]
        left -= len(block)
        yield block
        # After the columns there is what their decoder still had.
        if progress and number <= columns:
            progress(number / columns)
    yield vocoder.flush().cpu().numpy()[:left]


def require_fit(loaded: LoadedVQModel, grid: CodeGrid) -> None:
    """Raise CodesError unless the model's codec made the grid, and its numbers are the model's: a
    file may say anything."""
    grid.require_model(loaded.metadata["name"], loaded.metadata["codec_sha256"])
    for what, (legal, found) in loaded.blank_grid.differences(grid).items():
        raise CodesError(
            f"{loaded.metadata['name']!r} needs codes with {legal} {what}, but these have {found}: "
            "encode the sound again"
        )
    # A grid's codes can be changed in place after they were checked.
    if grid.codes.size and not 0 <= grid.codes.min() <= grid.codes.max() < grid.codebook_size:
        raise CodesError(f"codes of this model are 0..{grid.codebook_size - 1}")
