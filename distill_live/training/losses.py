"""How far a reconstructed mel is from the real one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.models.vqvae import ConvVQVAE

# Averages over 2x2 and 4x4 mel cells: what a cell misses by shifting a partial or an onset by one
# place costs less than what it misses altogether.
_SCALES = (2, 4)

# How much more a loud cell counts than a quiet one, per deviation of log power, and the range
# within which it does. Envelopes and levels come out better, quiet detail hardly worse.
_LOUDNESS = 0.4
_LOUDNESS_RANGE = (-1.5, 3.0)


def spectral_loss(reconstruction: Tensor, mel: Tensor) -> Tensor:
    """Multi-scale distance of normalised log mels `[B, 1, M, T]`: the mean absolute difference of
    cells, of their averages, and of their changes from frame to frame, loud ones counting more."""
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
    """How far amplitudes are off, per mean amplitude: those of cells, and those of whole frames, the
    envelope. What is loud counts as much more as it is louder, as in spectral convergence."""
    # Normalised by the loudest cell of each crop; nothing may become infinite.
    loudest = mel.amax(dim=(1, 2, 3), keepdim=True)
    one, other = (
        (0.5 * deviation * (part - loudest)).clamp(max=2.0).exp() for part in (reconstruction, mel)
    )
    cells = (one - other).abs().mean() / other.mean()
    envelopes = [part.square().sum(dim=2).add(1e-9).sqrt() for part in (one, other)]
    frames = (envelopes[0] - envelopes[1]).abs().mean() / envelopes[1].mean()
    return cells + frames


def latent_movement(model: ConvVQVAE, mel: Tensor) -> Tensor:
    """How far the encoder's latents of mels `[B, 1, M, T]` move, per their variance, when the sound
    comes up to half a column later."""
    frames = model.config.column_frames
    shift = int(torch.randint(1, frames // 2 + 1, ()))
    one = model.encoder(mel[..., frames:]).float()
    other = model.encoder(mel[..., frames - shift : -shift]).float()
    loss: Tensor = functional.mse_loss(one, other) / one.detach().var()
    return loss
