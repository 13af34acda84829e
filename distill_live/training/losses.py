"""How far a reconstructed mel is from the real one."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

# Averages over 2x2 and 4x4 mel cells: what a cell misses by shifting a partial or an onset by one
# place costs less than what it misses altogether.
_SCALES = (2, 4)


def spectral_loss(reconstruction: Tensor, mel: Tensor) -> Tensor:
    """Multi-scale distance of normalised log mels `[B, 1, M, T]`: the mean absolute difference of
    cells, of their averages, and of their changes from frame to frame."""
    loss = (reconstruction - mel).abs().mean()
    for scale in _SCALES:
        pooled = functional.avg_pool2d(reconstruction, scale) - functional.avg_pool2d(mel, scale)
        loss = loss + 0.5 * pooled.abs().mean()
    change = reconstruction.diff(dim=-1) - mel.diff(dim=-1)
    return loss + 0.5 * change.abs().mean()
