"""Discriminators learn to tell two kinds of sound apart, and say so in both losses."""

import pytest
import torch
from torch import Tensor

from distill_live.training.vocoder.discriminators import (
    DiscriminatorConfig,
    Discriminators,
    deceiving_loss,
    discriminator_loss,
    feature_loss,
)

TINY = DiscriminatorConfig(periods=(2, 3), sizes=(512, 256), width=2)


@pytest.fixture
def discriminators() -> Discriminators:
    torch.manual_seed(0)
    return Discriminators(TINY)


def tones(seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    hertz = 200 + 2000 * torch.rand(4, 1, generator=random)
    return 0.5 * torch.sin(2 * torch.pi * hertz * torch.arange(3001) / 48_000)


def noises(seed: int) -> Tensor:
    return 0.3 * torch.randn(4, 3001, generator=torch.Generator().manual_seed(seed))


def test_there_is_one_for_each_period_and_each_window(discriminators: Discriminators) -> None:
    verdicts = discriminators(tones(0))
    assert len(verdicts) == 4
    assert all(len(verdict.features) == 5 for verdict in verdicts)


def test_a_period_discriminator_sees_every_nth_sample_apart(
    discriminators: Discriminators,
) -> None:
    silence = torch.zeros(1, 3000)
    other = silence.clone()
    other[:, ::3] = 1.0
    judge = discriminators.judges[1]
    seen = judge(other).features[0] != judge(silence).features[0]
    assert seen[..., 0].any() and not seen[..., 1:].any()


def test_they_learn_to_tell_real_from_made(discriminators: Discriminators) -> None:
    optimizer = torch.optim.AdamW(discriminators.parameters(), lr=3e-3)
    losses = []
    for step in range(30):
        loss = discriminator_loss(discriminators(tones(step)), discriminators(noises(step)))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]
    with torch.no_grad():
        unheard = discriminators(noises(99))
        assert deceiving_loss(unheard) > deceiving_loss(discriminators(tones(99)))


def test_features_of_the_same_sound_match(discriminators: Discriminators) -> None:
    same = feature_loss(discriminators(tones(0)), discriminators(tones(0)))
    assert same == 0
    assert feature_loss(discriminators(tones(0)), discriminators(noises(0))) > 0
