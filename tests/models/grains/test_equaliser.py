"""The equaliser changes the spectrum as it is told, without delay."""

import numpy as np

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.grains.equaliser import MARGIN, Equaliser, smooth_gains

BANK = AudioSpectrogram().mel_bank.numpy()
EQUALISER = Equaliser(BANK)


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, count).astype(np.float32)


def test_without_gains_the_sound_stays_as_it_is() -> None:
    sound = noise(4096 + 2 * MARGIN)
    made = EQUALISER.apply(np.zeros(128, np.float32), sound)
    assert made.dtype == np.float32
    assert np.abs(made - sound[MARGIN:-MARGIN]).max() < 1e-6


def test_the_same_gain_everywhere_is_a_louder_sound() -> None:
    sound = noise(3000 + 2 * MARGIN)
    made = EQUALISER.apply(np.full(128, 6.0, np.float32), sound)
    assert np.abs(made - 10**0.3 * sound[MARGIN:-MARGIN]).max() < 1e-5


def test_a_tone_gets_the_gain_of_its_bin_without_delay() -> None:
    tone = np.sin(2 * np.pi * 3000 * np.arange(8192 + 2 * MARGIN) / 48_000).astype(np.float32)
    centres = (BANK @ np.arange(1025)) / BANK.sum(axis=1) * 48_000 / 2048
    gains = np.where(centres > 2000, -9.0, 3.0).astype(np.float32)
    made = EQUALISER.apply(gains, tone)
    assert np.abs(made - 10 ** (-9 / 20) * tone[MARGIN:-MARGIN]).max() < 0.01


def test_stretches_that_follow_each_other_have_no_seam() -> None:
    sound = noise(8192 + 2 * MARGIN)
    gains = np.random.default_rng(1).uniform(-12, 12, 128).astype(np.float32)
    whole = EQUALISER.apply(gains, sound)
    parts = [
        EQUALISER.apply(gains, sound[start : start + 2048 + 2 * MARGIN])
        for start in range(0, 8192, 2048)
    ]
    # 50 dB below the sound; they are joined by fades.
    assert np.abs(np.concatenate(parts) - whole).max() < 3e-3 * np.abs(whole).max()


def test_gains_are_smooth_and_limited() -> None:
    gains = np.zeros(128, np.float32)
    gains[60] = 24.0
    assert smooth_gains(gains)[57:64].round(2).tolist() == [0, 2, 6, 8, 6, 2, 0]
    assert np.abs(smooth_gains(np.full(128, 30.0, np.float32))).max() == 12.0


def test_both_channels_get_the_same_gains() -> None:
    left = noise(3000 + 2 * MARGIN)
    gains = np.random.default_rng(1).uniform(-12, 12, 128).astype(np.float32)
    made = EQUALISER.apply(gains, np.stack([left, left[::-1]], axis=1))
    assert made.shape == (3000, 2)
    for channel, sound in enumerate((left, left[::-1])):
        assert np.allclose(made[:, channel], EQUALISER.apply(gains, sound), atol=1e-6)
