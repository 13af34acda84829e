"""How long it takes to make codes, before there is a codec."""

from __future__ import annotations

import pytest
import torch

from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.prior import pace
from distill_live.training.prior.pace import seconds_to_code

SMALL = VQVAEConfig(code_width=8, width=16, encoder_blocks=1, decoder_blocks=1, column_frames=8)


def test_recordings_are_coded_at_every_alignment_gain_and_speed_and_decoded_for_grains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Coding 512 columns takes 5.12 s, decoding 16 of them 0.32 s.
    taken = iter([5.12, 5.12, 0.32])
    monkeypatch.setattr(pace, "seconds_of", lambda work, device: next(taken))
    cpu = torch.device("cpu")
    without = seconds_to_code(SMALL, 100, (0.0, -3.0), (0.97,), cpu, grains=False)
    # Eight alignments at two gains and another speed, twice as a whole, twice for the model file.
    assert without == pytest.approx(100 * 0.01 * (8 * 3 + 2 + 2))
    grains = seconds_to_code(SMALL, 100, (0.0, -3.0), (0.97,), cpu, grains=True)
    assert grains - without == pytest.approx(100 * 0.01 + 100 * 0.02)


def test_no_random_numbers_of_the_training_are_used() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    assert seconds_to_code(SMALL, 10, (0.0,), (), torch.device("cpu"), grains=True) > 0
    assert torch.equal(torch.rand(1), expected)
