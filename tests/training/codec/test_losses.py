import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.training.codec.losses import (
    amplitude_loss,
    latent_movement,
    reconstruction_loss,
    spectral_loss,
)


def test_the_loss_of_a_perfect_reconstruction_is_zero() -> None:
    mel = torch.randn(2, 1, 128, 16)
    assert float(spectral_loss(mel, mel)) == 0.0


def test_a_constant_offset_costs_all_scales_but_no_change() -> None:
    mel = torch.randn(2, 1, 128, 16)
    torch.testing.assert_close(spectral_loss(mel + 1.0, mel), torch.tensor(2.0))


def test_a_shift_by_one_frame_costs_less_than_a_missing_onset() -> None:
    mel = torch.zeros(1, 1, 128, 16)
    mel[..., 4:] = 1.0
    shifted = torch.roll(mel, 1, dims=-1)
    shifted[..., 0] = 0.0
    assert float(spectral_loss(shifted, mel)) < float(spectral_loss(0 * mel, mel)) / 2


def test_a_loud_cell_counts_more_than_a_quiet_one() -> None:
    mel = torch.zeros(1, 1, 128, 16)
    mel[:, :, :64] = 2.0
    wrong_loud, wrong_quiet = mel.clone(), mel.clone()
    wrong_loud[:, :, 0] += 1.0
    wrong_quiet[:, :, 127] += 1.0
    loud, quiet = spectral_loss(wrong_loud, mel), spectral_loss(wrong_quiet, mel)
    assert 1.5 < float(loud / quiet) < 3.0


def test_amplitudes_of_a_perfect_reconstruction_are_right() -> None:
    mel = torch.randn(2, 1, 128, 16)
    assert float(amplitude_loss(mel, mel, 4.0)) == 0.0


def test_twice_the_amplitude_is_off_by_all_of_it_in_cells_and_in_frames() -> None:
    mel = torch.randn(2, 1, 128, 16)
    louder = mel + 2 * math.log(2) / 4.0
    assert float(amplitude_loss(louder, mel, 4.0)) == pytest.approx(2.0, rel=1e-3)


def test_a_frame_of_the_right_power_in_wrong_cells_has_the_right_envelope() -> None:
    mel = torch.full((1, 1, 128, 16), -2.0)
    mel[:, :, 3] = 2.0
    elsewhere = mel.roll(1, dims=2)
    # What is missing here and too much there: twice the cell, and nothing of the frames.
    assert float(amplitude_loss(elsewhere, mel, 4.0)) == pytest.approx(2.0, abs=0.1)


def test_what_explodes_stays_finite() -> None:
    mel = torch.randn(1, 1, 128, 16)
    config = SpectrogramConfig(deviation=4.0)
    assert reconstruction_loss(mel + 1e4, mel, config).isfinite()


def test_a_stereo_image_counts_most_where_it_is_loud() -> None:
    config = SpectrogramConfig(deviation=4.0, image_groups=2)
    right = torch.zeros(1, 1, config.rows, 16)
    right[:, :, :64] = 2.0
    mono = right[:, :, :128]
    losses = []
    for row in (128, 129):
        wrong = right.clone()
        wrong[:, :, row] += 1.0
        losses.append(float(reconstruction_loss(wrong, right, config)))
    assert losses[0] > 2 * losses[1] > 0
    assert float(reconstruction_loss(right, right, config)) == 0
    assert float(reconstruction_loss(mono, mono, SpectrogramConfig(deviation=4.0))) == 0


@torch.no_grad()
def test_latents_of_a_sound_that_holds_move_less_than_those_of_one_that_changes() -> None:
    torch.manual_seed(0)
    model = ConvVQVAE(VQVAEConfig(width=16, code_width=8, encoder_blocks=1, decoder_blocks=1))
    holding = torch.randn(1, 1, 128, 1).expand(-1, -1, -1, 256)
    changing = torch.randn(1, 1, 128, 256)
    still, moving = (
        float(latent_movement(model, mel, model.encoder(mel))) for mel in (holding, changing)
    )
    assert still < 0.2
    assert moving > 0.5


def test_latents_are_compared_with_those_of_the_column_that_moved() -> None:
    """Of a sound that rises by 1 a frame, columns told by their means move by as many frames as the
    sound, up to half a column."""

    def means(mel: Tensor) -> Tensor:
        return mel.unflatten(-1, (-1, 8)).mean(dim=-1)

    model: Any = SimpleNamespace(config=VQVAEConfig(column_frames=8), encoder=means)
    mel = torch.arange(64.0).expand(1, 1, 128, -1)
    latent = means(mel)
    torch.manual_seed(0)
    moved = {
        round(float((latent_movement(model, mel, latent) * latent[..., 1:].var()).sqrt()), 3)
        for _ in range(40)
    }
    assert moved == {1.0, 2.0, 3.0, 4.0}
