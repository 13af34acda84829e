"""How loud, bright, noisy and busy columns of sound are."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from distill_live.audio.descriptors import DESCRIPTORS, DescriptorRanks, describe_columns
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.prior.steering import STEERED

RATE = 48_000
SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(mean=-10.0, deviation=4.0))
TIMES = np.arange(4 * RATE) / RATE


def told(samples: np.ndarray, name: str) -> np.ndarray:
    """One descriptor of every column."""
    waveform = torch.from_numpy(samples.astype(np.float32))[None, None]
    mel = SPECTROGRAM.waveform_to_mel(waveform)[0, 0]
    return describe_columns(mel, SPECTROGRAM.config, 8)[:, list(DESCRIPTORS).index(name)].numpy()


def tone(frequency: float) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * frequency * TIMES)


def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, len(TIMES))


def clicks(per_second: int) -> np.ndarray:
    """Short bursts of noise, evenly spaced."""
    return noise() * np.exp(-60 * ((TIMES * per_second) % 1) / per_second)


def test_there_is_a_value_for_every_whole_column() -> None:
    for frames in (0, 7, 8, 100):
        mel = torch.zeros(128, frames)
        assert describe_columns(mel, SPECTROGRAM.config, 8).shape == (frames // 8, 4)


def test_what_is_told_is_what_can_be_steered() -> None:
    assert tuple(DESCRIPTORS) == STEERED


def test_half_the_amplitude_is_six_decibels_less_loud_and_else_the_same() -> None:
    loud, soft = noise(), 0.5 * noise()
    middle = slice(10, -10)
    assert np.allclose((told(loud, "loudness") - told(soft, "loudness"))[middle], 6.02, atol=0.05)
    for name in ("brightness", "noisiness"):
        assert np.allclose(told(loud, name)[middle], told(soft, name)[middle], atol=0.1)


def test_a_higher_tone_is_brighter() -> None:
    middles = [float(np.median(told(tone(f), "brightness"))) for f in (200, 800, 3200, 9000)]
    assert middles == sorted(middles)
    assert middles[-1] - middles[0] > 50


def test_noise_is_noisier_than_a_tone() -> None:
    assert np.median(told(noise(), "noisiness")) > np.median(told(tone(440), "noisiness")) + 20


@pytest.mark.parametrize("per_second", [2, 4, 8])
def test_density_counts_onsets_per_second(per_second: int) -> None:
    found = told(clicks(per_second), "density")[12:-12]
    assert np.median(found) == pytest.approx(per_second, rel=0.1)


def test_what_holds_begins_nothing() -> None:
    assert told(tone(440), "density")[12:-24].max() == 0.0


def test_loudness_does_not_follow_single_columns() -> None:
    pulsed = noise() * (np.floor(TIMES * 12) % 2)
    steady = told(pulsed, "loudness")[10:-10]
    assert steady.max() - steady.min() < 3.0


def test_silence_is_described() -> None:
    told = describe_columns(torch.full((128, 80), -4.0), SPECTROGRAM.config, 8)
    assert told.isfinite().all()


def told_of(powers_db: np.ndarray) -> np.ndarray:
    """What is told of every column of mels in dB `[128, T]`."""
    mel = SPECTROGRAM.normalise(torch.from_numpy(powers_db * math.log(10) / 10).float())
    return describe_columns(mel, SPECTROGRAM.config, 8).numpy()


def test_all_is_reported_in_its_unit_up_to_the_ends() -> None:
    """Of mels that are all as loud: their power, their middle, as noisy as can be, no onset."""
    expected = [-30 + 10 * math.log10(128), 63.5, 0.0, 0.0]
    np.testing.assert_allclose(told_of(np.full((128, 80), -30.0)), [expected] * 10, atol=1e-3)


def test_what_a_column_is_told_lies_around_its_middle() -> None:
    mels = np.full((128, 160), -60.0)
    mels[:, 10 * 8 + 4] = 0.0
    loudness = told_of(mels)[:, 0]
    assert loudness[10] > loudness[9] + 0.5
    assert loudness[9] == pytest.approx(loudness[11], abs=1e-3)


@pytest.mark.parametrize(("kind", "frames"), [(0, 24), (1, 24), (2, 24), (3, 144)])
def test_each_is_told_over_its_time_and_no_longer(kind: int, frames: int) -> None:
    """A quarter of a second on each side of a column's middle, and of density one and a half."""
    mels = np.full((128, 800), -40.0)
    mels[90:, 396:404] = 0.0
    values = told_of(mels)[:, kind]
    changed = np.flatnonzero(np.abs(values - values[0]) > 1e-3)
    assert (changed * 8 + 4).min() == pytest.approx(400 - frames, abs=12)
    assert (changed * 8 + 4).max() == pytest.approx(400 + frames, abs=12)


def test_what_is_far_below_the_loudest_begins_nothing() -> None:
    beats = np.full((128, 400), -110.0)
    beats[:, ::20] = -70.0
    assert told_of(beats)[:, 3].min() > 4
    beats[:, 390:] = 0.0
    assert told_of(beats)[:20, 3].max() == 0.0


VALUES = np.random.default_rng(0).normal(0, 1, (5000, 4)) * [1, 10, 100, 0.1]


@pytest.mark.parametrize("name", ["brightness", "noisiness"])
def test_where_nothing_sounds_there_is_neither_brightness_nor_noisiness(name: str) -> None:
    sound = np.concatenate([tone(1000)[: 2 * RATE], np.zeros(2 * RATE)])
    found = told(sound, name)
    sounding = len(found) // 2
    assert not np.isnan(found[: sounding - 3]).any()
    assert np.isnan(found[sounding + 3 :]).all()
    assert not np.isnan(told(sound, "loudness")).any()


def test_what_is_not_there_has_no_rank_and_moves_no_other() -> None:
    values = np.tile(np.linspace(0.0, 1.0, 101)[:, None], 4)
    with_gaps = np.concatenate([values, np.full((50, 4), np.nan)])
    ranks = DescriptorRanks.of(with_gaps)
    assert np.isnan(ranks.ranks(with_gaps)[101:]).all()
    np.testing.assert_allclose(ranks.ranks(values), values, atol=0.02)


def test_ranks_run_evenly_from_the_lowest_to_the_highest() -> None:
    ranks = DescriptorRanks.of(VALUES).ranks(VALUES)
    assert (ranks.min(), ranks.max()) == (0.0, 1.0)
    for kind in range(4):
        assert np.allclose(np.sort(ranks[:, kind]), np.linspace(0, 1, 5000), atol=0.02)
        own = np.argsort(np.argsort(VALUES[:, kind])) / 4999
        assert np.abs(ranks[:, kind] - own).max() < 0.05


def test_a_rank_tells_nothing_of_what_the_recordings_mostly_have_with_it() -> None:
    loud, bright, noisy = np.random.default_rng(1).normal(0, 1, (3, 5000))
    values = np.stack([loud, bright - loud, noisy + bright - 2 * loud, VALUES[:, 1]], axis=1)
    assert np.corrcoef(values.T)[0, 1] < -0.6
    ranks = DescriptorRanks.of(values).ranks(values)
    found = np.abs([np.corrcoef(ranks[:, kind], values.T)[0, 1:] for kind in range(4)])
    assert found.diagonal().min() > 0.4
    # Steering by the first of each pair leaves the second alone.
    assert max(found[0, 1], found[1, 0], found[2, 0], found[2, 1]) < 0.12


def test_what_lies_outside_has_the_rank_of_the_nearest_end() -> None:
    ranks = DescriptorRanks.of(VALUES)
    for end, rank in ((-1e9, 0.0), (1e9, 1.0)):
        others = np.nanmedian(VALUES, axis=0)
        for kind in range(4):
            one = np.where(np.arange(4) == kind, end, others)[None]
            assert np.isclose(ranks.ranks(one)[0, kind], rank, atol=0.02)


def test_where_many_are_alike_each_has_the_middle_of_their_ranks() -> None:
    alike = np.repeat([0.0, 0.0, 0.0, 1.0], 1000)
    values = alike[:, None].repeat(4, axis=1)
    found = DescriptorRanks.of(values).ranks(np.array([[0.0] * 4, [1.0] * 4]))
    assert np.allclose(found[0], 0.375, atol=0.02)
    assert np.allclose(found[1], 0.875, atol=0.02)


def test_recordings_that_never_change_have_a_rank_all_the_same() -> None:
    found = DescriptorRanks.of(np.zeros((9, 4))).ranks(np.zeros((1, 4)))
    assert np.allclose(found, 0.5)
