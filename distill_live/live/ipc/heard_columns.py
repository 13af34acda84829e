"""The columns of the live input, as the listener shows them to the other processes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import LiveError
from distill_live.live.ipc.versioned_memory import VersionedMemory
from distill_live.shared_memory import SharedArray

#: How many columns are kept: a minute and a half of 85 ms columns.
KEPT_COLUMNS = 1024
#: The most codes that a column can have.
MAX_CODES = 1024
#: Marks: a count that is odd while the rest is being written; which codec made the codes; bands and
#: levels; samples in a column; how many columns were written.
_VERSION, _CODEC, _BANDS, _LEVELS, _SAMPLES, _WRITTEN, _MARKS = range(7)
#: How often a reader tries again that has met the writer.
_TRIES = 20


class Heard(NamedTuple):
    """Columns of the live input: their codes [T, F, Q], the RMS level of each [T] in dBFS, and how
    many samples a column has."""

    codes: NDArray[np.int64]
    loudness: NDArray[np.float32]
    column_samples: int


class HeardColumns(VersionedMemory):
    """The newest columns of the live input, in shared memory: one writer, any number of readers.

    The newest columns are written again while more of what follows them is known. Nobody waits.
    """

    def __init__(self) -> None:
        self._codes = SharedArray((KEPT_COLUMNS, MAX_CODES), "u2")
        self._loudness = SharedArray((KEPT_COLUMNS,), "f4")
        super().__init__(SharedArray((_MARKS,), "i8"))

    # The listener's side.

    def begin(self, codec_sha256: str, shape: tuple[int, int], column_samples: int) -> None:
        """Forget all columns; those that follow have the codes [F, Q] of the codec with that
        checksum.

        Raises LiveError if they have too many codes.
        """
        bands, levels = shape
        if bands * levels > MAX_CODES:
            raise LiveError(
                f"the model's columns have {bands * levels} codes; only models with up to "
                f"{MAX_CODES} can listen"
            )
        self._open()
        codec = _codec_number(codec_sha256)
        self._marks.array[_CODEC:] = (codec, bands, levels, column_samples, 0)
        self._close()

    def forget(self) -> None:
        """Forget all columns."""
        self._open()
        self._marks.array[_WRITTEN] = 0
        self._close()

    def write(self, first: int, codes: NDArray[np.int64], loudness: NDArray[np.float32]) -> None:
        """Write columns [n, F, Q] from number `first` on; they are the newest."""
        rows = np.arange(first, first + len(codes)) % KEPT_COLUMNS
        flat = codes.reshape(len(codes), -1)
        self._open()
        self._codes.array[rows, : flat.shape[1]] = flat
        self._loudness.array[rows] = loudness
        self._marks.array[_WRITTEN] = first + len(codes)
        self._close()

    # The readers' side.

    def read(self, count: int, codec_sha256: str) -> Heard | None:
        """The newest columns, at most `count`.

        None if there are none of this codec, or while they are being written.
        """
        copied = self._read_whole(lambda: self._copy(count), _TRIES)
        if copied is None:
            return None
        marks, flat, loudness = copied
        if not marks[_WRITTEN] or marks[_CODEC] != _codec_number(codec_sha256):
            return None
        codes = flat.reshape(len(flat), int(marks[_BANDS]), int(marks[_LEVELS]))
        return Heard(codes, loudness, int(marks[_SAMPLES]))

    def _copy(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """The marks, and the codes [T, F * Q] and the loudness [T] of the newest columns."""
        marks = self._marks.array.copy()
        end = int(marks[_WRITTEN])
        rows = np.arange(max(end - min(count, KEPT_COLUMNS), 0), end) % KEPT_COLUMNS
        flat = self._codes.array[rows, : marks[_BANDS] * marks[_LEVELS]].astype(np.int64)
        return marks, flat, self._loudness.array[rows]


def _codec_number(codec_sha256: str) -> int:
    """The beginning of a checksum, which is "" if it is unknown, as a number of less than 8
    bytes."""
    return int(codec_sha256[:15] or "0", 16)
