"""What is compared of mels: low bins one by one, higher ones in groups, in dB above silence."""

import numpy as np

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.grains.features import (
    STEPS_PER_DB,
    group_db,
    group_sizes,
    store_levels,
    to_db,
    usual_groups,
)

CONFIG = SpectrogramConfig(mean=-9.0, deviation=3.0)


def test_silence_is_0_db_and_nothing_is_below_it() -> None:
    mel = np.array([[CONFIG.silence, CONFIG.silence - 1, CONFIG.silence + 20 * CONFIG.per_db]])
    assert np.allclose(to_db(mel.astype(np.float32), CONFIG), [[0, 0, 20]], atol=1e-4)


def test_every_bin_is_in_one_group() -> None:
    for n_mels in (16, 32, 33, 80, 128):
        sizes = group_sizes(usual_groups(n_mels), n_mels)
        assert sizes.sum() == n_mels
        assert set(sizes[:32]) == {1}


def test_a_group_is_the_mean_of_its_bins() -> None:
    db = np.random.default_rng(0).uniform(0, 90, (128, 7)).astype(np.float32)
    grouped = group_db(db, usual_groups(128))
    assert grouped.shape == (7, 56)
    assert np.array_equal(grouped[:, :32], db[:32].T)
    assert np.allclose(grouped[:, 32], db[32:36].mean(axis=0), atol=1e-4)


def test_stored_levels_are_within_a_quarter_of_a_db() -> None:
    grouped = np.random.default_rng(0).uniform(0, 127, (50, 56)).astype(np.float32)
    assert np.abs(store_levels(grouped) / STEPS_PER_DB - grouped).max() <= 0.2501
