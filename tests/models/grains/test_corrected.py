"""Stretches of the recordings are corrected towards what was decoded."""

from __future__ import annotations

import numpy as np
import torch

from distill_live.audio.dataset import Recording
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.corrected import CorrectedSound
from distill_live.models.grains.features import group_db, to_db
from distill_live.models.grains.matching import Match


def test_a_distant_match_is_corrected_by_its_own_spectrum(
    tiny_grainy: LoadedVQModel, grain_recordings: list[Recording]
) -> None:
    grains = tiny_grainy.grains
    assert grains is not None
    spectrogram = tiny_grainy.spectrogram
    samples = torch.from_numpy(grain_recordings[0].samples)
    mel = spectrogram.waveform_to_mel(samples[None, None], 8)[0, 0].numpy()
    own = to_db(mel[:, 40:48], spectrogram.config)
    distant = Match(40, cost=1e6)
    for louder in (0.0, 6.0):
        db = own + np.float32(louder)
        query = group_db(db, grains.file.header.firsts)
        gains = CorrectedSound(grains).gains(distant, db, query, 0, 40 * 512)
        loud = own.min(axis=1) > 15
        assert np.abs(gains[loud] - louder).max() < 0.3


def test_a_close_match_is_corrected_by_what_it_decodes_to(
    tiny_grainy: LoadedVQModel, grain_recordings: list[Recording]
) -> None:
    grains = tiny_grainy.grains
    assert grains is not None
    config = tiny_grainy.spectrogram.config
    decoded = np.repeat(grains.matcher.levels_at(40), grains.sizes)[:, None]
    db = np.repeat(np.maximum(decoded, 10) + np.float32(3), 8, axis=1)
    assert len(db) == config.n_mels
    query = group_db(db, grains.file.header.firsts)
    gains = CorrectedSound(grains).gains(Match(40, cost=0.0), db, query, 0, 40 * 512)
    assert np.abs(gains - 3).max() < 1e-3
