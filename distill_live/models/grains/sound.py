"""The sound of the recordings in a file of grains, read from wherever it is needed."""

from __future__ import annotations

from collections import OrderedDict
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import SoundFileReader
from distill_live.errors import AudioFileError
from distill_live.models.grains.file import PIECE_SAMPLES, GrainFile

Samples = NDArray[np.float32]

# So many pieces of flac are kept decoded: 33 MB.
_MOST_PIECES = 512


class GrainSound:
    """The recordings of a file of grains as samples.

    Of flac only the pieces that were read last stay in memory. Ogg, in which it takes too long to
    get to a given sample, is decoded at once and stays: 12 MB for a minute.
    """

    def __init__(self, file: GrainFile) -> None:
        self._file, header = file, file.header
        self._lengths = [one.samples for one in header.recordings]
        self._pieces: OrderedDict[tuple[int, int], Samples] = OrderedDict()
        self._whole: list[Samples | AudioFileError] = []
        if header.sound_format == "ogg":
            self._whole = [
                _decoded_or_not(file.piece(number, 0), length)
                for number, length in enumerate(self._lengths)
            ]

    def read(self, recording: int, start: int, count: int) -> Samples:
        """`count` samples [N] of a recording from sample `start` on; beyond its ends there is
        silence. Raises AudioFileError when the recording cannot be decoded."""
        found = np.zeros(count, np.float32)
        first, end = max(start, 0), min(start + count, self._lengths[recording])
        while first < end:
            part = self._from(recording, first)[: end - first]
            if not len(part):
                break
            found[first - start : first - start + len(part)] = part
            first += len(part)
        return found

    def _from(self, recording: int, sample: int) -> Samples:
        """What is in memory of a recording from a sample on."""
        if self._whole:
            whole = self._whole[recording]
            if isinstance(whole, AudioFileError):
                raise whole
            return whole[sample:]
        number, within = divmod(sample, PIECE_SAMPLES)
        key = (recording, number)
        piece = self._pieces.pop(key, None)
        if piece is None:
            piece = _decoded(self._file.piece(recording, number), PIECE_SAMPLES)
            while len(self._pieces) >= _MOST_PIECES:
                self._pieces.popitem(last=False)
        self._pieces[key] = piece
        return piece[within:]


def _decoded_or_not(sound: bytes, most: int) -> Samples | AudioFileError:
    """Up to `most` samples [n]; why not, if they cannot be decoded: that is not tried again."""
    try:
        return _decoded(sound, most)
    except AudioFileError as error:
        return error


def _decoded(sound: bytes, most: int) -> Samples:
    """Up to `most` samples [n]. Raises AudioFileError unless they are mono and can be decoded."""
    with SoundFileReader(BytesIO(sound)) as reader:
        if reader.channels != 1:
            raise AudioFileError(f"it has {reader.channels} channels instead of one")
        found = reader.read_at(0, most)
    # libsndfile also reads formats that can say this.
    if not np.isfinite(found).all():
        raise AudioFileError("it has samples that are not numbers")
    return found
