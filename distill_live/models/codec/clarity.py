"""Clarity: gives decoded mels back the fine detail across mel bins that the codec's decoder blurs.

A decoder that is trained to match mels gives an average of everything that is likely, in which
partials stand out less than in the recordings. How much less is measured for each mel bin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from distill_live.models.codec.vqvae import CodecStream

#: The range of a mel bin's gain.
LEAST_GAIN, MOST_GAIN = 1.0, 3.0

# A Hann window over 5 mel bins is 1, 3, 4, 3, 1 twelfths.
_OWN, _BESIDE, _ALL = 4.0, 3.0, 12.0


@dataclass(frozen=True)
class Clarity:
    """By how much the detail of decoded mels must grow: a gain, 1..3, for each mel bin. Without
    gains, mels stay as they are. Raises ValueError for gains that are not numbers in that range."""

    gains: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for gain in self.gains:
            if isinstance(gain, bool) or not isinstance(gain, int | float):
                raise ValueError(f"a gain of its clarity is not a number: {gain!r:.40}")
            if not LEAST_GAIN <= gain <= MOST_GAIN:
                legal = f"{LEAST_GAIN:g}..{MOST_GAIN:g}"
                raise ValueError(f"a gain of its clarity must be {legal}, not {gain!r:.40}")

    @classmethod
    def read(cls, stored: Any, n_mels: int) -> Self:
        """From what a file says: a list of a gain for each of `n_mels` bins, or nothing (None or an
        empty list). Raises ValueError for anything else."""
        if stored is None or stored == []:
            return cls()
        if not isinstance(stored, list) or len(stored) != n_mels:
            raise ValueError(f"its clarity must be a list of {n_mels} gains")
        return cls(tuple(stored))

    @property
    def is_measured(self) -> bool:
        """Whether it has gains."""
        return bool(self.gains)

    def apply(self, mel: Tensor, amount: float) -> Tensor:
        """Mels `[..., M, T]` with their detail multiplied by 1 + `amount` * (gain - 1); `amount` is
        0..1.5. Rows below them, of a stereo image, stay as they are.

        At 0, or without gains, they are returned as they are. Each frame is treated by itself: it
        has the same bytes however many frames there are.
        """
        if not self.gains or not amount:
            return mel
        count = len(self.gains)
        mel, image = mel[..., :count, :], mel[..., count:, :]
        clear = mel + detail(mel) * (self._excess.to(mel.device) * amount)
        return torch.cat([clear, image], dim=-2) if image.shape[-2] else clear

    @cached_property
    def _excess(self) -> Tensor:
        """By how much the gains exceed 1, `[M, 1]`."""
        return torch.tensor(self.gains)[:, None] - 1.0


#: The clarity of a model in which it was not measured.
UNMEASURED = Clarity()


class ClearStream:
    """A codec's decoder as a stream whose mels get their detail back.

    `amount`, 0..1.5, says how much of it; it may change from column to column.
    """

    def __init__(self, codec: CodecStream, clarity: Clarity, amount: float) -> None:
        self._codec, self._clarity, self.amount = codec, clarity, amount

    def push(self, codes: Tensor | NDArray[np.integer]) -> Tensor:
        """Codes `[k, F, Q]` to the normalised mels `[M, frames]` that they complete."""
        return self._clear(self._codec.push(codes))

    def push_vectors(self, vectors: Tensor) -> Tensor:
        """As `push`, with vectors `[k, F, D]` in the place of those of codes: mixtures of codes,
        for example."""
        return self._clear(self._codec.push_vectors(vectors))

    def flush(self) -> Tensor:
        """The frames that still wait for a later column `[M, frames]`; a new stream begins."""
        return self._clear(self._codec.flush())

    def snapshot(self) -> object:
        """Where the stream stands, without the amount; later calls do not change it."""
        return self._codec.snapshot()

    def restore(self, state: Any) -> None:
        """Go on from a snapshot of this stream, or of another one of the same codec."""
        self._codec.restore(state)

    @torch.inference_mode()
    def _clear(self, mel: Tensor) -> Tensor:
        return self._clarity.apply(mel, self.amount)


def detail(mel: Tensor) -> Tensor:
    """How mels `[..., M, T]` differ from their mean over 5 bins, weighted by a Hann window. Beyond
    the ends, the first and the last bin are repeated."""
    first, last = mel[..., :1, :], mel[..., -1:, :]
    padded = torch.cat((first, first, mel, last, last), dim=-2)
    count = mel.shape[-2]
    beyond = padded[..., :count, :] + padded[..., 4:, :]
    beside = padded[..., 1 : 1 + count, :] + padded[..., 3 : 3 + count, :]
    # Not as a convolution or a product of matrices: their last bits depend on the number of frames.
    return mel - (beyond + beside * _BESIDE + mel * _OWN) / _ALL
