"""The mels of Distill v1.1: torchaudio's MelSpectrogram, then log(1 + x)."""

import pytest
import torch
import torchaudio
from torch import Tensor

from distill_live.audio.phase import PhaseConfig, reconstruct
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.distill_v1.log1p_spectrogram import Log1pSpectrogram


def noise(count: int) -> Tensor:
    return 0.1 * torch.randn(2, 1, count, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("count", [1025, 48_000, 48_127])
def test_mels_are_those_that_the_old_program_made(count: int) -> None:
    waveform = noise(count)
    theirs = torchaudio.transforms.MelSpectrogram(
        sample_rate=48_000, n_fft=2048, hop_length=512, n_mels=128, f_min=0.0, f_max=None
    )
    expected = torch.log1p(theirs(waveform.squeeze(1)))[:, None]
    found = Log1pSpectrogram().waveform_to_mel(waveform)
    assert found.shape == (2, 1, 128, count // 512 + 1)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 1024])
def test_a_sound_too_short_to_be_mirrored_is_filled_up_with_silence(count: int) -> None:
    assert Log1pSpectrogram().waveform_to_mel(noise(count)).isfinite().all()


def test_silence_is_zero_whatever_the_window() -> None:
    for n_fft in (1024, 2048):
        spectrogram = Log1pSpectrogram(SpectrogramConfig(n_fft=n_fft, n_mels=32))
        mel = spectrogram.waveform_to_mel(torch.zeros(1, 1, 9600))
        torch.testing.assert_close(mel, torch.zeros_like(mel), atol=1e-5, rtol=0)


def test_the_phase_vocoder_finds_the_sound_again() -> None:
    spectrogram = Log1pSpectrogram()
    time = torch.arange(48_000) / 48_000
    mel = spectrogram.waveform_to_mel(0.5 * torch.sin(2 * torch.pi * 440 * time)[None, None])
    sound = reconstruct(spectrogram, mel[0, 0], PhaseConfig(block_frames=94, lookahead_frames=0))
    again = spectrogram.waveform_to_mel(sound[None, None, :48_000])
    inside, found = mel[..., 4:88], again[..., 4:88]
    assert (inside > 8).any()
    torch.testing.assert_close(found[inside > 4], inside[inside > 4], atol=0.5, rtol=0)
