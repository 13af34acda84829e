"""The distance of a reconstructed mel from the real one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.codec.vqvae import ConvVQVAE

# Averages over 2x2 and 4x4 mel cells: a partial or an onset that is off by one cell costs less than
# one that is missing.
_SCALES = (2, 4)

# How much more a loud cell counts than a quiet one, per deviation of log power, and the range
# within which it does. Envelopes and loudness come out better, quiet detail hardly worse.
_LOUDNESS = 0.4
_LOUDNESS_RANGE = (-1.5, 3.0)


# The weight of amplitudes relative to logarithms; how far they may exceed the loudest real one, as
# a logarithm; and a power that keeps the square root smooth at zero.
_AMPLITUDES = 0.3
_MOST, _LEAST = 2.0, 1e-9


# The weight of the stereo image, and how much more its loud groups count, as above.
_IMAGE, _IMAGE_LOUDNESS = 0.5, 0.8


def reconstruction_loss(reconstruction: Tensor, mel: Tensor, config: SpectrogramConfig) -> Tensor:
    """The loss to minimise: the distance of normalised log mels `[B, 1, M, T]`, of their amplitudes
    and of the stereo images below them, if there are any. `config` is that of their spectrogram."""
    bins = config.n_mels
    one, other = reconstruction[:, :, :bins], mel[:, :, :bins]
    amplitudes = amplitude_loss(one, other, config.deviation)
    loss = spectral_loss(one, other) + _AMPLITUDES * amplitudes
    if not config.image_groups:
        return loss
    return loss + _IMAGE * image_loss(reconstruction[:, :, bins:], mel[:, :, bins:], other)


def image_loss(reconstruction: Tensor, image: Tensor, mel: Tensor) -> Tensor:
    """The mean absolute difference of stereo images `[B, 1, 2 G, T]`; the louder a group of the mel
    `[B, 1, M, T]`, the more its image counts."""
    bins = mel.shape[2] // (image.shape[2] // 2)
    loud = functional.avg_pool2d(mel.clamp(*_LOUDNESS_RANGE), (bins, 1))
    weight = (_IMAGE_LOUDNESS * loud).exp()
    weight = (weight / weight.mean()).repeat(1, 1, 2, 1)
    loss: Tensor = (weight * (reconstruction - image).abs()).mean()
    return loss


def spectral_loss(reconstruction: Tensor, mel: Tensor) -> Tensor:
    """The multi-scale distance of normalised log mels `[B, 1, M, T]`: the mean absolute difference
    of cells, of their averages, and of their changes from frame to frame. Loud cells count more."""
    weight = (_LOUDNESS * mel.clamp(*_LOUDNESS_RANGE)).exp()
    weight = weight / weight.mean()
    difference = reconstruction - mel
    loss = (weight * difference.abs()).mean()
    for scale in _SCALES:
        pooled = functional.avg_pool2d(difference, scale).abs()
        loss = loss + 0.5 * (functional.avg_pool2d(weight, scale) * pooled).mean()
    change_weight = (weight[..., 1:] + weight[..., :-1]) / 2
    return loss + 0.5 * (change_weight * difference.diff(dim=-1).abs()).mean()


def amplitude_loss(reconstruction: Tensor, mel: Tensor, deviation: float) -> Tensor:
    """The relative error of amplitudes, of cells and of whole frames (the envelope). By logarithms
    alone, loud cells, which listeners follow, would be a little off."""
    # Relative to the loudest cell of each crop and limited, so that nothing becomes infinite.
    loudest = mel.amax(dim=(1, 2, 3), keepdim=True)
    one, other = (
        (0.5 * deviation * (part - loudest)).clamp(max=_MOST).exp()
        for part in (reconstruction, mel)
    )
    frames, real_frames = (part.square().sum(dim=2).add(_LEAST).sqrt() for part in (one, other))
    return _part(one, other) + _part(frames, real_frames)


def _part(one: Tensor, other: Tensor) -> Tensor:
    return (one - other).abs().mean() / other.mean()


def latent_movement(model: ConvVQVAE, mel: Tensor, latent: Tensor) -> Tensor:
    """How far the encoder's latents of mels `[B, 1, M, T]` move, relative to their variance, when
    the sound comes up to half a column later. `latent` are those of the unmoved mels."""
    frames = model.config.column_frames
    shift = int(torch.randint(1, frames // 2 + 1, ()))
    later = model.encoder(mel[..., frames - shift : -shift]).float()
    here = latent[..., 1:].float()
    loss: Tensor = functional.mse_loss(later, here) / here.detach().var()
    return loss
