"""The codec's decoder in a process of its own, beside the vocoder: a long sound is made sooner.

In two threads of one process they would mostly wait for each other, because they call many short
functions and only one thread at a time can call one.

    python -m distill_live.inference.decoder_process FOLDER THREADS CLARITY
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.errors import CodesError, ModelFileError
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2
from distill_live.models.sound_settings import SoundSettings

_COMMAND = (sys.executable, "-P", "-m", "distill_live.inference.decoder_process")
_MODEL, _CODES = "codec.distill", "codes.npz"
# Before each column's mels: how many frames they have.
_COUNT_BYTES = 4


@torch.inference_mode()
def column_mels(
    loaded: LoadedVQModel, columns: Iterable[NDArray[Any]], sound: SoundSettings
) -> Iterator[Tensor]:
    """The mels `[M, frames]` of each column, of codes `[F, Q]` or of vectors `[F, D]`, and those
    that the decoder still has at the end."""
    decoder = loaded.decoder(sound)
    for column in columns:
        if np.issubdtype(column.dtype, np.integer):
            yield decoder.push(column[None])
        else:
            yield decoder.push_vectors(torch.from_numpy(column[None]))
    yield decoder.flush()


def mels_made_beside(
    loaded: LoadedVQModel, grid: CodeGrid, sound: SoundSettings
) -> Generator[Tensor, None, None]:
    """What `column_mels` gives for a grid's codes, made by a second process on the CPU.

    What that process does not make, because it cannot be started or was ended, is made here.
    """
    made = 0
    with ExitStack() as stack:
        for mel in _read(
            _start(loaded, grid, sound.clarity, stack), loaded.spectrogram.config.rows
        ):
            yield mel
            made += 1
    if made <= len(grid.codes):
        yield from islice(column_mels(loaded, grid.codes, sound), made, None)


def _start(loaded: LoadedVQModel, grid: CodeGrid, clarity: float, stack: ExitStack) -> IO[bytes]:
    """The output of a new process, empty if there is none; `stack` ends it and what it needs."""
    try:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="distill-decode")))
        save_model_v2(
            folder / _MODEL, model=loaded.model, spectrogram=loaded.spectrogram,
            clarity=loaded.clarity,
        )  # fmt: skip
        save_grid(folder / _CODES, grid)
        process = subprocess.Popen(  # noqa: S603 - our own program
            (*_COMMAND, str(folder), str(torch.get_num_threads()), str(clarity)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ModelFileError, CodesError):
        return BytesIO()
    stack.enter_context(process)
    stack.callback(process.kill)
    return process.stdout or BytesIO()


def _read(pipe: IO[bytes], n_mels: int) -> Iterator[Tensor]:
    """Mels as `main` writes them, up to the last that is whole."""
    while len(head := pipe.read(_COUNT_BYTES)) == _COUNT_BYTES:
        frames = int.from_bytes(head, "little")
        mel = torch.empty(n_mels, frames)
        content = pipe.read(mel.nbytes)
        if len(content) != mel.nbytes:
            return
        np.copyto(mel.numpy(), np.frombuffer(content, np.float32).reshape(mel.shape))
        yield mel


def main(folder: str, threads: str, clarity: str) -> None:
    """Write the mels of the folder's codes to standard output."""
    torch.set_num_threads(int(threads))
    loaded, grid = load_model_v2(Path(folder) / _MODEL), load_grid(Path(folder) / _CODES)
    for mel in column_mels(loaded, grid.codes, SoundSettings(clarity=float(clarity))):
        sys.stdout.buffer.write(mel.shape[1].to_bytes(_COUNT_BYTES, "little"))
        sys.stdout.buffer.write(mel.contiguous().numpy().tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
