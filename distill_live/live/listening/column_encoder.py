"""Encodes what is played in, column by column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.live.ipc.ring import Samples
from distill_live.models.file.persistence import LoadedVQModel

#: The quietest that a column is said to be, in dB below full scale.
QUIETEST_DB = -100.0


class Encoded(NamedTuple):
    """Columns from number `first` on: codes [n, F, Q], and how loud each is [n], in dB."""

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
    def push(self, samples: Samples) -> Encoded | None:
        """Take the next samples [N]; the columns that are new or have changed, if there are any."""
        self._samples = np.concatenate([self._samples, samples])
        count = (len(self._samples) - self._reach.samples) // self._column
        if self._first + count <= self._end:
            return None
        heard = torch.from_numpy(self._samples[: count * self._column + self._reach.samples])
        codes = self._codec.encode_columns(self._spectrogram, heard, self._column, count)
        known = self._open - self._first
        encoded = Encoded(self._open, codes[known:].cpu().numpy(), self._measure(known, count))
        self._end = self._first + count
        self._open = max(self._end - self._reach.after, 0)
        self._forget_before(max(self._open - self._reach.before, 0))
        return encoded

    def _measure(self, start: int, end: int) -> NDArray[np.float32]:
        """How loud columns `start` to `end` of the samples are, in dB."""
        columns = self._samples[start * self._column : end * self._column].reshape(-1, self._column)
        power = np.square(columns, dtype=np.float64).mean(axis=1)
        loudness = 10.0 * np.log10(np.maximum(power, 10.0 ** (QUIETEST_DB / 10.0)))
        rounded: NDArray[np.float32] = loudness.astype(np.float32)
        return rounded

    def _forget_before(self, column: int) -> None:
        self._samples = self._samples[(column - self._first) * self._column :]
        self._first = column
