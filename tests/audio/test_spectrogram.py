import math
from dataclasses import replace

import pytest
import torch

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig


@pytest.fixture(scope="module")
def spectrogram() -> AudioSpectrogram:
    return AudioSpectrogram(SpectrogramConfig(mean=-8.0, deviation=4.0))


@pytest.mark.parametrize(
    ("samples", "column_frames", "frames"),
    [
        (0, 8, 0),
        (1, 1, 1),
        (512, 1, 1),
        (513, 1, 2),
        (1, 8, 8),
        (4096, 8, 8),
        (4097, 8, 16),
        (9000, 4, 20),
    ],
)
def test_frames_fill_whole_columns(
    spectrogram: AudioSpectrogram, samples: int, column_frames: int, frames: int
) -> None:
    mel = spectrogram.waveform_to_mel(torch.randn(2, 1, samples), column_frames)
    assert mel.shape == (2, 1, 128, frames)


def test_every_filter_sees_something_and_sums_to_one(spectrogram: AudioSpectrogram) -> None:
    assert spectrogram.mel_bank.shape == (128, 1025)
    torch.testing.assert_close(spectrogram.mel_bank.sum(dim=1), torch.ones(128))
    assert torch.linalg.matrix_rank(spectrogram.mel_bank) == 128


def test_a_frame_is_centred_at_its_sample(spectrogram: AudioSpectrogram) -> None:
    click = torch.zeros(1, 1, 20 * 512)
    click[..., 10 * 512] = 1.0
    energy = spectrogram.waveform_to_mel(click).sum(dim=(0, 1, 2))
    assert int(energy.argmax()) == 10
    torch.testing.assert_close(energy[9], energy[11])


def test_white_noise_of_variance_one_has_a_log_power_near_zero() -> None:
    noise = torch.randn(1, 1, 96_000, generator=torch.Generator().manual_seed(0))
    power = AudioSpectrogram().waveform_to_mel(noise)[..., 2:-2].exp()
    # A Hann window passes 3/8 of the power.
    assert float(power.mean()) == pytest.approx(3 / 8, rel=0.05)


def test_silence_is_the_floor(spectrogram: AudioSpectrogram) -> None:
    mel = spectrogram.waveform_to_mel(torch.zeros(1, 1, 4096))
    floor = (math.log(1e-8) + 8.0) / 4.0
    torch.testing.assert_close(mel, torch.full_like(mel, floor))
    assert spectrogram.config.silence == pytest.approx(floor)


def test_a_louder_sound_is_higher_by_so_much_for_each_db(spectrogram: AudioSpectrogram) -> None:
    noise = torch.randn(1, 1, 8192, generator=torch.Generator().manual_seed(0))
    soft, loud = (spectrogram.waveform_to_mel(gain * noise) for gain in (1.0, 10 ** (6 / 20)))
    difference = torch.full_like(soft, 6 * spectrogram.config.per_db)
    torch.testing.assert_close(loud - soft, difference, atol=1e-3, rtol=0)


def test_normalising_is_undone(spectrogram: AudioSpectrogram) -> None:
    mel = torch.randn(1, 1, 128, 4)
    torch.testing.assert_close(spectrogram.normalise(spectrogram.denormalise(mel)), mel)
    sound = torch.randn(1, 1, 4096)
    plain = AudioSpectrogram(replace(spectrogram.config, mean=0.0, deviation=1.0))
    torch.testing.assert_close(
        spectrogram.denormalise(spectrogram.waveform_to_mel(sound)), plain.waveform_to_mel(sound)
    )


def test_long_sound_gives_the_frames_of_its_parts(spectrogram: AudioSpectrogram) -> None:
    sound = torch.randn(1, 1, 5000 * 512, generator=torch.Generator().manual_seed(0))
    whole = spectrogram.waveform_to_mel(sound)
    part = spectrogram.waveform_to_mel(sound[..., 2040 * 512 : 2060 * 512])
    torch.testing.assert_close(whole[..., 2042:2058], part[..., 2:18], atol=1e-4, rtol=0)
