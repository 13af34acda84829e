import math

import torch
from torch import Tensor

from distill_live.training.vocoder.losses import SoundLoss

LOSS = SoundLoss(48_000, torch.device("cpu"))
TIME = torch.arange(12_000) / 48_000


def tone(hertz: float, phase: float = 0.0) -> Tensor:
    return 0.3 * torch.sin(2 * math.pi * hertz * TIME + phase)[None]


def test_a_sound_is_at_no_distance_from_itself() -> None:
    assert LOSS(tone(440), tone(440)) == 0


def test_another_phase_costs_little_beside_another_pitch() -> None:
    assert LOSS(tone(440, 1.0), tone(440)) < 0.15 * LOSS(tone(660), tone(440))


def test_it_leads_from_silence_and_from_equal_magnitudes() -> None:
    for made in (torch.zeros(1, 12_000), tone(440)):
        made = made.clone().requires_grad_(True)
        LOSS(made, tone(440)).backward()
        assert made.grad is not None and made.grad.isfinite().all()
