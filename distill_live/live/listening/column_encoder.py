"""Encodes the live input, column by column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.level import level_db, mean_square
from distill_live.live.ipc.ring import Samples
from distill_live.models.file.loaded import LoadedVQModel

#: The level that silent columns are said to have, in dBFS.
FLOOR_DB = -100.0


class EncodedColumns(NamedTuple):
    """Columns from number `first` on: codes [n, F, Q], and the RMS level of each [n] in dBFS, at
    least FLOOR_DB."""

    first: int
    codes: NDArray[np.int64]
    loudness: NDArray[np.float32]


class ColumnEncoder:
    """Samples in, columns out: each as soon as its last sample is there, and again until all that
    its codes depend on is.

    A column sees the columns after it as they become known: the codes of the newest one are an
    estimate, and those of one that has the codec's whole reach after it are what `encode` gives.
    """

    def __init__(self, loaded: LoadedVQModel) -> None:
        self._codec, self._spectrogram = loaded.model, loaded.spectrogram
        self._column = loaded.column_samples
        self._reach = loaded.model.encoder_reach(loaded.spectrogram, loaded.column_samples)
        self._samples = np.zeros(0, np.float32)
        #: The first column of `_samples`, the first that can still change, the first not encoded.
        self._first = self._open = self._end = 0

    @torch.inference_mode()
    def push(self, samples: Samples) -> EncodedColumns | None:
        """Take the next samples [N]; the columns that are new or have changed, if there are any."""
        self._samples = np.concatenate([self._samples, samples])
        count = (len(self._samples) - self._reach.samples) // self._column
        if self._first + count <= self._end:
            return None
        heard = torch.from_numpy(self._samples[: count * self._column + self._reach.samples])
        codes = self._codec.encode_columns(self._spectrogram, heard, self._column, count)
        known = self._open - self._first
        levels = self._measure(known, count)
        encoded = EncodedColumns(self._open, codes[known:].cpu().numpy(), levels)
        self._end = self._first + count
        self._open = max(self._end - self._reach.after, 0)
        self._forget_before(max(self._open - self._reach.before, 0))
        return encoded

    def _measure(self, start: int, end: int) -> NDArray[np.float32]:
        """The RMS levels in dBFS of columns `start` to `end` of the samples."""
        columns = self._samples[start * self._column : end * self._column].reshape(-1, self._column)
        levels = level_db(np.array([mean_square(column) for column in columns]), FLOOR_DB)
        return levels.astype(np.float32)

    def _forget_before(self, column: int) -> None:
        self._samples = self._samples[(column - self._first) * self._column :]
        self._first = column
