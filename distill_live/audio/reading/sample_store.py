"""The samples of many sounds: in memory up to a size, beyond it in a file."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.stereo.channels import by_channel

Samples = NDArray[np.float32]

#: How much stays in memory: an hour and a half of mono at 48 kHz.
MEMORY_BYTES = 1 << 30

_SAMPLE_BYTES = np.dtype(np.float32).itemsize


class _File:
    """A nameless file, which is gone with this object."""

    def __init__(self, folder: Path | None) -> None:
        self.io: BinaryIO = tempfile.TemporaryFile(dir=folder)
        weakref.finalize(self, self.io.close)


@dataclass(frozen=True)
class StoredSamples:
    """So many samples of one channel in a file, from a byte on."""

    file: _File
    start: int
    count: int

    @property
    def samples(self) -> Samples:
        """The samples `[N]`, mapped into memory until the array is dropped. They can be changed,
        but that changes nothing in the file."""
        mapped = np.memmap(self.file.io, np.float32, "c", self.start, (self.count,))
        return mapped.view(np.ndarray)


class SampleStore:
    """Decides which sounds fit into memory, and writes the others into a nameless file, which is
    gone once nobody needs it. Without a folder, it is the system's for temporary files."""

    def __init__(self, folder: Path | None = None, memory_bytes: int = MEMORY_BYTES) -> None:
        self._folder, self._free = folder, memory_bytes
        self._file: _File | None = None
        self._end = 0

    def leaves_in_memory(self, samples: int) -> bool:
        """Whether so many samples, of all channels, should stay in memory; if so, they count."""
        size = samples * _SAMPLE_BYTES
        if size > self._free:
            return False
        self._free -= size
        return True

    def write(self, blocks: Iterable[Samples], most: int, channels: int) -> list[StoredSamples]:
        """Write a sound, blocks `[n]` or `[n, C]` of together up to `most` samples; returns each of
        its channels. Raises OSError when the folder cannot be written or is full."""
        if self._file is None:
            self._file = _File(self._folder)
        file = self._file.io
        starts = [self._end + number * most * _SAMPLE_BYTES for number in range(channels)]
        self._end += channels * most * _SAMPLE_BYTES
        count = 0
        for block in blocks:
            for start, part in zip(starts, by_channel(block).T, strict=True):
                file.seek(start + count * _SAMPLE_BYTES)
                file.write(np.ascontiguousarray(part, np.float32).data)
            count += len(block)
        file.flush()
        return [StoredSamples(self._file, start, count) for start in starts]
