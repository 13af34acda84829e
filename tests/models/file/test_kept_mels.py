"""Spectrograms as a model file keeps them."""

from dataclasses import replace

import pytest
import torch

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.file.kept_mels import pack_mel, unpack_mel

CONFIG = SpectrogramConfig(mean=-9.0, deviation=4.0)
HALF_A_STEP = 0.5 * CONFIG.per_db


def noise(frames: int) -> torch.Tensor:
    """Normalised mels from silence up to 60 dB above it."""
    generator = torch.Generator().manual_seed(0)
    return CONFIG.silence + 60 * CONFIG.per_db * torch.rand(128, frames, generator=generator)


@pytest.mark.parametrize("frames", [0, 1, 200])
def test_a_spectrogram_comes_back_within_half_a_decibel(frames: int) -> None:
    mel = noise(frames)
    found = unpack_mel(pack_mel(mel, CONFIG), CONFIG, most_frames=frames)
    assert found.shape == mel.shape
    assert torch.all((found - mel).abs() <= 1.001 * HALF_A_STEP)


def test_what_came_back_is_packed_to_the_same_bytes_again() -> None:
    packed = pack_mel(noise(50), CONFIG)
    assert pack_mel(unpack_mel(packed, CONFIG, 50), CONFIG) == packed


def test_silence_comes_back_as_silence_and_what_is_out_of_range_at_its_ends() -> None:
    mel = torch.tensor([[CONFIG.silence], [CONFIG.silence - 9], [CONFIG.silence + 1e6]])
    config = replace(CONFIG, n_mels=3)
    found = unpack_mel(pack_mel(mel, config), config, 1)[:, 0].tolist()
    assert found == pytest.approx(
        [CONFIG.silence, CONFIG.silence, CONFIG.silence + 255 * CONFIG.per_db]
    )


def test_a_steady_sound_takes_little_room() -> None:
    assert len(pack_mel(noise(1).expand(128, 1000), CONFIG)) < 2_000


def test_a_stereo_image_comes_back_too() -> None:
    config = replace(CONFIG, image_groups=16)
    generator = torch.Generator().manual_seed(1)
    image = 4 * torch.rand(32, 50, generator=generator) - 2
    mel = torch.cat([noise(50), image])
    found = unpack_mel(pack_mel(mel, config), config, most_frames=50)
    assert torch.all((found[:128] - mel[:128]).abs() <= 1.001 * HALF_A_STEP)
    assert torch.all((found[128:] - image).abs() <= 0.0126)
