"""The sound of the recordings in a file of grains, read from wherever it is needed."""

from __future__ import annotations

from collections import OrderedDict
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import SoundFileReader
from distill_live.models.grains.file import GrainFile

Samples = NDArray[np.float32]

# Sound is decoded in pieces of so many samples; so many of them, and so many open files, are kept.
_PIECE = 1 << 15
_MOST_PIECES = 192
_MOST_OPEN = 32


class GrainSound:
    """The recordings of a file of grains as samples; what was read last stays in memory, at most
    25 MB of it."""

    def __init__(self, file: GrainFile) -> None:
        self._file = file
        self._lengths = [one.samples for one in file.header.recordings]
        self._open: OrderedDict[int, SoundFileReader] = OrderedDict()
        self._pieces: OrderedDict[tuple[int, int], Samples] = OrderedDict()

    def read(self, recording: int, start: int, count: int) -> Samples:
        """`count` samples [N] of a recording from sample `start` on; beyond its ends there is
        silence. Raises AudioFileError when the recording cannot be decoded."""
        found = np.zeros(count, np.float32)
        first, end = max(start, 0), min(start + count, self._lengths[recording])
        while first < end:
            number, within = divmod(first, _PIECE)
            part = self._piece(recording, number)[within : within + end - first]
            if not len(part):
                break
            found[first - start : first - start + len(part)] = part
            first += len(part)
        return found

    def _piece(self, recording: int, number: int) -> Samples:
        key = (recording, number)
        piece = self._pieces.pop(key, None)
        if piece is None:
            piece = self._reader(recording).read_at(number * _PIECE, _PIECE)
            while len(self._pieces) >= _MOST_PIECES:
                self._pieces.popitem(last=False)
        self._pieces[key] = piece
        return piece

    def _reader(self, recording: int) -> SoundFileReader:
        reader = self._open.pop(recording, None)
        if reader is None:
            reader = SoundFileReader(BytesIO(self._file.sound(recording)))
            while len(self._open) >= _MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open[recording] = reader
        return reader
