"""The health of the codebooks: how well each level uses its codes, measured and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A level is underused if less than the first fraction of its codes occurs, or if they are used so
#: unevenly that less than the second fraction, used evenly, would be as varied.
UNDERUSED, UNDERUSED_EVEN = 0.5, 0.15
#: The same for a level that has collapsed: it says hardly anything about the sound.
COLLAPSED, COLLAPSED_EVEN = 0.1, 0.04


class Verdict(IntEnum):
    """The state of a codebook, from good to bad."""

    GREEN = 0
    YELLOW = 1
    RED = 2

    @property
    def words(self) -> str:
        """What the verdict means."""
        return ("Healthy", "Some codes underused", "Codebook collapse detected")[self]

    @property
    def advice(self) -> str:
        """What to do about it, or ""."""
        return (
            "",
            "train longer, on more varied sound, or with a smaller --codebook-size",
            "train again: on more varied sound, with a smaller --codebook-size, or with a smaller "
            "--commitment-weight",
        )[self]


@dataclass(frozen=True)
class LevelHealth:
    """How one level's codebook is used.

    `utilisation` is the fraction of its codes that occur (0..1), `perplexity` how many evenly used
    codes would be as varied (1..V), `dead_codes` how many never occur.
    """

    utilisation: float
    perplexity: float
    dead_codes: int

    def verdict(self, codebook_size: int) -> Verdict:
        """What this means for a level with that many codes."""
        even = self.perplexity / codebook_size
        if self.utilisation < COLLAPSED or even < COLLAPSED_EVEN:
            return Verdict.RED
        if self.utilisation < UNDERUSED or even < UNDERUSED_EVEN:
            return Verdict.YELLOW
        return Verdict.GREEN


def read_health(described: Sequence[dict[str, Any]]) -> list[LevelHealth]:
    """The health of each level from a model file's header."""
    return [
        LevelHealth(float(one["utilisation"]), float(one["perplexity"]), int(one["dead_codes"]))
        for one in described
    ]


def codebook_health(codes: NDArray[np.integer], codebook_size: int) -> list[LevelHealth]:
    """The health of each level, measured on codes `[..., Q]`."""
    return [_level(counts) for counts in count_codes(codes, codebook_size)]


def count_codes(codes: NDArray[np.integer], codebook_size: int) -> NDArray[np.int64]:
    """How often each code of each level occurs `[Q, V]` in codes `[..., Q]`."""
    levels = codes.reshape(-1, codes.shape[-1]).T
    return np.stack([np.bincount(level, minlength=codebook_size) for level in levels])


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """A model is as healthy as its worst level."""
    return max(verdicts, default=Verdict.GREEN)


def _level(counts: NDArray[np.int64]) -> LevelHealth:
    share = counts[counts > 0] / counts.sum()
    perplexity = float(np.exp(-(share * np.log(share)).sum()))
    return LevelHealth(len(share) / len(counts), perplexity, len(counts) - len(share))
