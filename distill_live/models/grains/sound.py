"""The sound of the recordings in a file of grains, read from wherever it is needed."""

from __future__ import annotations

from collections import OrderedDict
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import SoundFileReader
from distill_live.errors import AudioFileError
from distill_live.models.grains.file import GrainFile
from distill_live.models.grains.header import PIECE_SAMPLES

Samples = NDArray[np.float32]

# So many pieces of flac are kept decoded, half as many of two channels: 33 MB.
_MOST_PIECES = 512


class GrainSound:
    """The recordings of a file of grains as samples.

    Of flac only the pieces that were read last stay in memory. Ogg, in which it takes too long to
    get to a given sample, is decoded at once and stays: 12 MB for a minute of each channel.
    """

    def __init__(self, file: GrainFile) -> None:
        self._file, header = file, file.header
        self._recordings, self._channels = header.recordings, header.channels
        self._pieces: OrderedDict[tuple[int, int], Samples] = OrderedDict()
        self._whole: list[Samples | AudioFileError] = []
        if header.sound_format == "ogg":
            self._whole = [
                _decoded_or_not(file.piece(number, 0), one.samples, one.channels)
                for number, one in enumerate(self._recordings)
            ]

    def read(self, recording: int, start: int, count: int) -> Samples:
        """`count` samples of a recording from sample `start` on; beyond its ends there is silence.

        They are `[N]` if all recordings of the file have one channel, else `[N, 2]`, in which both
        channels of a mono recording are the same. Raises AudioFileError when the recording cannot
        be decoded.
        """
        found = np.zeros((count, self._channels), np.float32)
        first, end = max(start, 0), min(start + count, self._recordings[recording].samples)
        while first < end:
            part = self._from(recording, first)[: end - first]
            if not len(part):
                break
            found[first - start : first - start + len(part)] = part
            first += len(part)
        return found if self._channels > 1 else found[:, 0]

    def _from(self, recording: int, sample: int) -> Samples:
        """What is in memory of a recording from a sample on, `[n, 1]` or `[n, 2]`."""
        if self._whole:
            whole = self._whole[recording]
            if isinstance(whole, AudioFileError):
                raise whole
            return whole[sample:]
        number, within = divmod(sample, PIECE_SAMPLES)
        key = (recording, number)
        piece = self._pieces.pop(key, None)
        if piece is None:
            channels = self._recordings[recording].channels
            piece = _decoded(self._file.piece(recording, number), PIECE_SAMPLES, channels)
            while len(self._pieces) >= _MOST_PIECES // self._channels:
                self._pieces.popitem(last=False)
        self._pieces[key] = piece
        return piece[within:]


def _decoded_or_not(sound: bytes, most: int, channels: int) -> Samples | AudioFileError:
    """As `_decoded`, but the error is returned: what cannot be decoded is not tried again."""
    try:
        return _decoded(sound, most, channels)
    except AudioFileError as error:
        return error


def _decoded(sound: bytes, most: int, channels: int) -> Samples:
    """Up to `most` samples `[n, channels]`. Raises AudioFileError unless the sound has so many
    channels and can be decoded."""
    with SoundFileReader(BytesIO(sound)) as reader:
        if reader.channels != channels:
            raise AudioFileError(f"it has {reader.channels} channels instead of {channels}")
        found = reader.read_at(0, most)
    # libsndfile also reads formats that can say this.
    if not np.isfinite(found).all():
        raise AudioFileError("it has samples that are not numbers")
    return found.reshape(-1, channels)
