"""The stereo image of a sound: for each frame and each group of mel bins, how much louder left is
than right, and how alike they are.

These two are what parametric stereo codes (Breebaart, van de Par, Kohlrausch and Schuijers,
"Parametric coding of stereo audio", EURASIP Journal on Applied Signal Processing, 2005). Together
with the sound of the middle they are enough to make left and right again; see `mixing`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

#: The largest level difference, in dB: beyond it, one side is silent for the ear.
MOST_DIFFERENCE_DB = 40.0

#: What 1 in a row of differences means in dB: so the numbers are about as large as those of mels.
DB_PER_STEP = 15.0
#: The least coherence: what is more opposed than this would cancel when left and right are added.
LEAST_COHERENCE = -0.5
_MIDDLE, _SPAN = (1.0 + LEAST_COHERENCE) / 2.0, (1.0 - LEAST_COHERENCE) / 2.0
_PER_DECADE = 10.0 / math.log(10.0)


def image_rows(difference_db: Tensor, coherence: Tensor) -> Tensor:
    """Level differences and coherences `[..., G, T]` as the rows `[..., 2 G, T]` that a codec sees
    and gives."""
    return torch.cat([difference_db / DB_PER_STEP, (coherence - _MIDDLE) / _SPAN], dim=-2)


def read_image(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Level differences in dB, left above right, -40..40, and coherences, -0.5..1, both
    `[..., G, T]`, from the rows `[..., 2 G, T]` that a codec gives."""
    difference, coherence = rows.chunk(2, dim=-2)
    limited = (difference * DB_PER_STEP).clamp(-MOST_DIFFERENCE_DB, MOST_DIFFERENCE_DB)
    return limited, (coherence * _SPAN + _MIDDLE).clamp(LEAST_COHERENCE, 1.0)


def neutral_rows(groups: int, frames: int) -> Tensor:
    """The rows `[2 G, T]` of a mono sound: no difference, and a coherence of 1."""
    return torch.cat([torch.zeros(groups, frames), torch.ones(groups, frames)])


def measure_image(middle: Tensor, side: Tensor, bank: Tensor, floor: float) -> Tensor:
    """The rows `[..., 2 G, T]` of complex spectra of the middle, (left + right) / 2, and the side,
    (left - right) / 2, both `[..., bins, T]`.

    `bank` `[G, bins]` are the groups' filters, and `floor` is the power below which a group counts
    as silent: then it has no image.
    """
    own = torch.matmul(bank, middle.abs().square()) + floor
    sides = torch.matmul(bank, side.abs().square())
    across = 2.0 * torch.matmul(bank, (middle * side.conj()).real)
    left, right = ((own + sides + sign * across).clamp(min=floor) for sign in (1.0, -1.0))
    difference = _PER_DECADE * (left / right).log()
    coherence = ((own - sides) / (left * right).sqrt()).clamp(LEAST_COHERENCE, 1.0)
    return image_rows(difference.clamp(-MOST_DIFFERENCE_DB, MOST_DIFFERENCE_DB), coherence)
