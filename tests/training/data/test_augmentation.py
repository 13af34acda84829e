import math

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.training.data.augmentation import (
    Augmentation,
    AugmentationConfig,
    at_speeds,
    get_adaptive_augmentation,
)

SPECTROGRAM = SpectrogramConfig(mean=-8.0, deviation=4.0)
SILENCE = (math.log(1e-8) + 8.0) / 4.0
IN_DB = 4.0 * 10 / math.log(10)
AS_IT_IS = {"gain_db": 0.0}


def apply(crops: torch.Tensor, seed: int = 0, **settings: float) -> torch.Tensor:
    config = AugmentationConfig(**{**AS_IT_IS, **settings})  # type: ignore[arg-type]
    return Augmentation(config, SPECTROGRAM, np.random.default_rng(seed)).apply(crops)


def level(value: float, count: int = 200) -> torch.Tensor:
    return torch.full((count, 1, 128, 4), value)


def test_without_settings_nothing_changes() -> None:
    crops = torch.rand(4, 1, 128, 8)
    assert torch.equal(apply(crops), crops)


def test_half_of_the_crops_are_louder_or_quieter_within_the_range() -> None:
    moved = (apply(level(2.0), gain_db=3.0).amax(dim=(1, 2, 3)) - 2.0) * IN_DB
    assert 60 < int((moved == 0).sum()) < 140
    assert float(moved.abs().max()) == pytest.approx(3.0, abs=0.2)
    assert float(moved.min()) < -2 and float(moved.max()) > 2


def test_nothing_falls_below_silence() -> None:
    quiet = level(SILENCE, 64)
    changed = apply(quiet, gain_db=3.0, filtered=1.0, mixed=1.0)
    assert float(changed.min()) == pytest.approx(SILENCE)


def test_a_filter_is_smooth_over_mels_and_the_same_in_every_frame() -> None:
    filtered = apply(level(2.0), filtered=0.5, filter_db=4.0)
    gains = (filtered - 2.0)[:, 0] * IN_DB  # [B, M, T]
    changed = gains.abs().amax(dim=(1, 2)) > 0
    assert 60 < int(changed.sum()) < 140
    assert torch.equal(gains[..., 0], gains[..., -1])
    assert float(gains.diff(dim=1).abs().max()) < 0.5
    assert 2.0 < float(gains.abs().max()) < 4.0 * (1 + 1 / 2 + 1 / 3)


def test_mixing_adds_the_power_of_another_crop() -> None:
    crops = level(SILENCE, 2)
    crops[1] = 2.0
    mixed = apply(crops, mixed=1.0)
    # Silence becomes the other one, up to 12 dB softer; the other one stays, silence adds nothing.
    softer = (2.0 - float(mixed[0].mean())) * IN_DB
    assert 0 < softer < 12
    assert float(mixed[1].mean()) == pytest.approx(2.0, abs=1e-4)


def test_the_same_random_numbers_change_alike() -> None:
    crops = torch.randn(8, 1, 128, 8)
    settings = {"gain_db": 3.0, "filtered": 0.5, "mixed": 0.5}
    first, again, other = (apply(crops, seed, **settings) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_copy_at_another_speed_is_shorter_and_higher_and_holds_nothing_back() -> None:
    time = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 1000 * time).astype(np.float32)
    tone[-4_800:] = 0.0
    recordings = Recordings([Recording("tone.wav", tone, tone / 2)], 48_000, [])
    copies = list(at_speeds(recordings, (0.8, 1.25), holdout=0.1))
    slow, fast = (one.samples for one in copies)
    for one in copies:
        np.testing.assert_allclose(one.side, one.samples / 2, atol=1e-6)
    assert len(slow) == pytest.approx(43_200 / 0.8, abs=2)
    assert len(fast) == pytest.approx(43_200 / 1.25, abs=2)
    for copy, hertz in ((slow, 800), (fast, 1250)):
        loudest = np.abs(np.fft.rfft(copy)).argmax() / len(copy) * 48_000
        assert loudest == pytest.approx(hertz, abs=2)
        assert np.abs(copy[-200:]).max() > 0.5


def test_only_a_small_set_is_there_at_other_speeds() -> None:
    few, many = get_adaptive_augmentation(10_000), get_adaptive_augmentation(1_000_000)
    assert len(few.speeds) == 2 and many.speeds == ()
    assert few.mixed and few.filtered and many.mixed and many.filtered


def test_a_stereo_image_stays_as_it_is() -> None:
    config = SpectrogramConfig(mean=-8.0, deviation=4.0, image_groups=16)
    crops = torch.randn(4, 1, config.rows, 32)
    settings = AugmentationConfig(gain_db=3.0, filtered=1.0, mixed=1.0)
    changed = Augmentation(settings, config, np.random.default_rng(0)).apply(crops)
    assert torch.equal(changed[:, :, 128:], crops[:, :, 128:])
    assert not torch.equal(changed[:, :, :128], crops[:, :, :128])


def test_some_of_stereo_is_moved_to_one_side_within_the_legal_range() -> None:
    config = SpectrogramConfig(mean=-8.0, deviation=4.0, image_groups=16)
    crops = torch.zeros(200, 1, config.rows, 8)
    crops[:, :, 128:144] = 0.2
    settings = AugmentationConfig(gain_db=0.0, turned=0.5, turn_db=30.0)
    changed = Augmentation(settings, config, np.random.default_rng(0)).apply(crops)
    moves = (changed - crops)[:, 0, 128:144] * 15
    assert torch.equal(changed[:, :, 144:], crops[:, :, 144:])
    # All of a crop by as much.
    assert torch.equal(moves.amin(dim=(1, 2)), moves.amax(dim=(1, 2)))
    of_each = moves[:, 0, 0]
    assert 60 < int((of_each != 0).sum()) < 140
    assert of_each.abs().max() <= 30
    assert of_each.min() < -15 and of_each.max() > 15
