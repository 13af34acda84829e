"""Mels back to magnitudes."""

import math

import pytest
import torch
from torch import Tensor

from distill_live.audio.inversion import LOUDEST, MelInversion
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig

SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(mean=-6.0, deviation=3.0))
INVERSION = MelInversion(SPECTROGRAM)


def noise_mel(frames: int = 12) -> Tensor:
    noise = torch.randn(1, 1, frames * 512, generator=torch.Generator().manual_seed(1))
    return SPECTROGRAM.waveform_to_mel(0.1 * noise)[0, 0]


def mels_of(magnitudes: Tensor) -> Tensor:
    return magnitudes.square() @ SPECTROGRAM.mel_bank.T


def test_mel_power_undoes_scale_logarithm_and_floor() -> None:
    power = torch.tensor([0.0, 1e-6, 2.5])
    mel = SPECTROGRAM.normalise(torch.log(power + SPECTROGRAM.config.floor))
    found = INVERSION.mel_power(mel.expand(128, 3)) / SPECTROGRAM.config.n_fft
    assert torch.allclose(found, power[:, None].expand(3, 128), rtol=1e-3, atol=1e-13)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30, -1e30])
def test_values_that_are_no_sound_stay_finite(value: float) -> None:
    power = INVERSION.mel_power(torch.full((128, 2), value))
    loudest = math.exp(LOUDEST) * SPECTROGRAM.config.n_fft
    assert torch.equal(power, torch.full_like(power, loudest if value > 0 else 0.0))


def test_magnitudes_have_the_mels_they_are_made_from() -> None:
    wanted = INVERSION.mel_power(noise_mel())
    rough, fine = (mels_of(INVERSION.magnitude(wanted, steps)) for steps in (0, 20))
    assert (fine / wanted).log().abs().mean() < 0.03
    assert (fine / wanted).log().abs().mean() < (rough / wanted).log().abs().mean() / 3


def test_a_correction_moves_towards_the_mels_and_keeps_proportions_inside_one() -> None:
    wanted = INVERSION.mel_power(noise_mel())
    uneven = torch.tensor([1.0, 3.0]).repeat(513)[:1025].expand(12, -1)
    start = INVERSION.magnitude(wanted, 6).square() * uneven
    corrected = INVERSION.correct(wanted, start, exponent=1.0)
    far, near = ((mels_of(m) / wanted).log().abs().mean() for m in (start.sqrt(), corrected))
    assert near < far / 5
    gain = corrected.square() / start
    assert (gain[:, 801] / gain[:, 800] - 1).abs().max() < 0.1


def test_a_correction_is_bounded() -> None:
    loud, soft = torch.full((2, 128), 1e6), torch.full((2, 1025), 1.0)
    raised = INVERSION.correct(loud, soft, exponent=1.0)
    assert raised.max() <= math.sqrt(10) + 1e-4
    assert torch.equal(INVERSION.correct(loud, soft * 0, exponent=1.0), soft * 0)


def test_bins_are_resolved_up_to_where_mels_are_four_bins_wide() -> None:
    hertz = INVERSION.resolved_bins * 48_000 / 2048
    assert 2_000 < hertz < 4_000
    coarse = AudioSpectrogram(SpectrogramConfig(n_mels=16))
    assert MelInversion(coarse).resolved_bins < 20
    fine = AudioSpectrogram(SpectrogramConfig(n_mels=64, f_max=2000.0))
    assert MelInversion(fine).resolved_bins == 1025
