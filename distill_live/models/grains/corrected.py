"""The recordings' sound, corrected towards what was decoded."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.stereo.channels import mixed_down
from distill_live.models.grains.corpus import Grains
from distill_live.models.grains.equaliser import MARGIN
from distill_live.models.grains.features import Db
from distill_live.models.grains.matching import FLOOR_DB, Match

Samples = NDArray[np.float32]

# Up to this cost, in dB squared, a match is corrected by what the codec makes of it, beyond it
# rather by its own mels: a good match is not spoilt by the codec's blur.
_CLOSE = 25.0


class CorrectedSound:
    """Stretches of the recordings of `grains` with gains for their mel bins."""

    def __init__(self, grains: Grains) -> None:
        self._grains, self._sound = grains, grains.spectrogram.config

    def gains(self, match: Match, db: Db, query: Db, recording: int, start: int) -> Db:
        """What corrects a match towards mels in dB, `db` `[M, frames]` and in groups `query`
        `[frames, D]`: `[M]` in dB. Its first frame is centred on the sample `start` of a
        recording."""
        grains, floor = self._grains, np.float32(FLOOR_DB)
        wanted = np.maximum(db, floor).mean(axis=1)
        grouped = np.maximum(query, floor).mean(axis=0)
        decoded = np.maximum(grains.matcher.levels_at(match.frame), floor)
        by_codec = np.repeat(grouped - decoded, grains.sizes)
        own = np.maximum(self._own_db(recording, start, db.shape[1]), floor)
        by_sound = wanted - own.mean(axis=1)
        close = np.float32(math.exp(-match.cost / _CLOSE))
        gains: Db = close * by_codec + (1 - close) * by_sound
        return gains

    def read(self, recording: int, start: int, gains: Db, count: int) -> Samples:
        """`count` samples `[N]` or `[N, 2]` of a recording from a sample on, with gains `[M]` in
        dB. Raises AudioFileError when they cannot be decoded."""
        grains = self._grains
        around = grains.sound.read(recording, start - MARGIN, count + 2 * MARGIN)
        return grains.equaliser.apply(gains, around)

    def _own_db(self, recording: int, start: int, count: int) -> Db:
        """The mels of a stretch's mid `[M, count]` in dB above silence."""
        sound, grains = self._sound, self._grains
        samples = (count - 1) * sound.hop_length + sound.n_fft
        around = mixed_down(grains.sound.read(recording, start - sound.n_fft // 2, samples))
        frames = np.lib.stride_tricks.sliding_window_view(around, sound.n_fft)[:: sound.hop_length]
        spectra = np.fft.rfft(frames * grains.window)
        power = torch.from_numpy(spectra.real**2 + spectra.imag**2) / sound.n_fft
        # By torch, which uses one thread while it plays: numpy would use all.
        mel: Db = torch.mm(grains.bank, power.T).numpy()
        return np.asarray(10 * np.log10(mel / sound.floor + 1), np.float32)
