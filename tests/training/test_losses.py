import torch

from distill_live.training.losses import spectral_loss


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
