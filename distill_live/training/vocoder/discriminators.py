"""Networks that tell real sound from generated sound, and that a vocoder learns to fool."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

_SLOPE = 0.1


@dataclass(frozen=True)
class DiscriminatorConfig:
    """Multi-period discriminators (HiFi-GAN, arXiv 2010.05646) look at every n-th sample, for each
    of `periods`. Multi-resolution ones (UnivNet, arXiv 2106.07889, as in Vocos) look at
    spectrograms with windows of `sizes` samples. `width` is the width of their first layers."""

    periods: tuple[int, ...] = (2, 3, 5, 7, 11)
    sizes: tuple[int, ...] = (2048, 1024, 512)
    width: int = 32


class Verdict(NamedTuple):
    """A discriminator's scores, above 0 for real sound, and the outputs of its layers."""

    scores: Tensor
    features: list[Tensor]


class Discriminators(nn.Module):
    """All discriminators together."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        width = config.width
        self.judges = nn.ModuleList(
            [PeriodDiscriminator(period, width) for period in config.periods]
            + [ResolutionDiscriminator(size, width) for size in config.sizes]
        )

    def forward(self, sound: Tensor) -> list[Verdict]:
        """The verdict of each on sounds `[B, N]`."""
        return [judge(sound) for judge in self.judges]


class PeriodDiscriminator(nn.Module):
    """Looks at a sound as `period` interleaved sounds."""

    def __init__(self, period: int, width: int) -> None:
        super().__init__()
        self.period = period
        widths = (1, width, 4 * width, 16 * width, 32 * width)
        layers = [
            nn.Conv2d(before, after, (5, 1), (3, 1), padding=(2, 0))
            for before, after in pairwise(widths)
        ]
        layers.append(nn.Conv2d(widths[-1], widths[-1], (5, 1), padding=(2, 0)))
        self.layers = nn.ModuleList(map(weight_norm, layers))
        self.out = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, sound: Tensor) -> Verdict:
        """`[B, N]`, N at least the period."""
        x = functional.pad(sound, (0, -sound.shape[-1] % self.period), mode="reflect")
        return _judge(x.view(len(x), 1, -1, self.period), self.layers, self.out)


class ResolutionDiscriminator(nn.Module):
    """Looks at a spectrogram with one window size."""

    window: Tensor

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("window", torch.hann_window(size), persistent=False)
        layers = [nn.Conv2d(1, width, (3, 9), padding=(1, 4))]
        layers += [nn.Conv2d(width, width, (3, 9), stride=(1, 2), padding=(1, 4)) for _ in range(3)]
        layers.append(nn.Conv2d(width, width, (3, 3), padding=(1, 1)))
        self.layers = nn.ModuleList(map(weight_norm, layers))
        self.out = weight_norm(nn.Conv2d(width, 1, (3, 3), padding=(1, 1)))

    def forward(self, sound: Tensor) -> Verdict:
        """`[B, N]`."""
        spectra = torch.stft(
            sound, self.size, self.size // 4, window=self.window, pad_mode="constant",
            return_complex=True,
        )  # fmt: skip
        return _judge(spectra.abs().transpose(1, 2)[:, None], self.layers, self.out)


def _judge(x: Tensor, layers: nn.ModuleList, out: nn.Module) -> Verdict:
    features = []
    for layer in layers:
        x = functional.leaky_relu(layer(x), _SLOPE)
        features.append(x)
    return Verdict(out(x), features)


def discriminator_loss(real: list[Verdict], made: list[Verdict]) -> Tensor:
    """The hinge loss of the discriminators; 0 if all of their verdicts are right and certain."""
    losses = [
        functional.relu(1.0 - one.scores).mean() + functional.relu(1.0 + other.scores).mean()
        for one, other in zip(real, made, strict=True)
    ]
    return torch.stack(losses).mean()


def deceiving_loss(made: list[Verdict]) -> Tensor:
    """The hinge loss of the vocoder; 0 if every discriminator is deceived."""
    return torch.stack([functional.relu(1.0 - one.scores).mean() for one in made]).mean()


def feature_loss(real: list[Verdict], made: list[Verdict]) -> Tensor:
    """Feature matching (MelGAN, arXiv 1910.06711): how much the outputs of the layers differ."""
    losses = [
        functional.l1_loss(theirs, mine.detach())
        for one, other in zip(real, made, strict=True)
        for mine, theirs in zip(one.features, other.features, strict=True)
    ]
    return torch.stack(losses).mean()
