"""Sounds of any length, block by block: cut anew, or kept on disk to be read more than once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_READ_SAMPLES = 65_536


def recut(blocks: Iterable[Samples], size: int) -> Iterator[Samples]:
    """Blocks `[n, C]`, of any length, as blocks of `size` samples; the last one is what is left."""
    waiting: list[Samples] = []
    count = 0
    for block in blocks:
        while count + len(block) >= size:
            yield np.concatenate([*waiting, block[: size - count]])
            block, waiting, count = block[size - count :], [], 0
        waiting.append(block)
        count += len(block)
    if count:
        yield np.concatenate(waiting)


class Spool:
    """Samples `[N, C]` in a nameless file that is gone when it is closed; also a context manager.

    Methods raise OSError when the folder cannot be written or is full.
    """

    def __init__(self, folder: Path, channels: int) -> None:
        self._file = TemporaryFile(dir=folder)
        self._channels = channels
        #: The largest magnitude of a sample so far; NaN after a sample that is no number.
        self.peak = 0.0

    def append(self, block: Samples) -> None:
        """Add a block `[n, C]`, or `[n]` of a single channel."""
        self.peak = float(np.maximum(self.peak, np.abs(block).max(initial=0.0)))
        self._file.write(np.ascontiguousarray(block, np.float32).data)

    def blocks(self) -> Iterator[Samples]:
        """The whole sound in blocks `[n, C]`, from its beginning."""
        self._file.seek(0)
        size = _READ_SAMPLES * self._channels * np.dtype(np.float32).itemsize
        while content := self._file.read(size):
            yield np.frombuffer(content, np.float32).reshape(-1, self._channels)

    def close(self) -> None:
        """Free the disk."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
