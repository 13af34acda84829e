"""How a column should sound: in a musician's words, as ranks among the recordings, and as
classifier-free guidance of the logits."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import ParameterError

#: How far a setting can be exaggerated; 1 is as the prior has learned it.
MAX_GUIDANCE = 4.0


@dataclass(frozen=True)
class Steering:
    """How the next columns should sound; None leaves it to the prior.

    Each value is -1..1, from the lowest in the recordings to the highest, evenly by rank.
    `guidance` 0..4 says how strongly: 0 not at all, 1 as learned, more exaggerates. Raises
    ParameterError for other values.
    """

    loudness: float | None = None
    brightness: float | None = None
    noisiness: float | None = None
    density: float | None = None
    guidance: float = 1.0

    def __post_init__(self) -> None:
        for name in STEERED:
            value = getattr(self, name)
            if value is not None and not -1.0 <= value <= 1.0:
                raise ParameterError(f"{name} must be off or -1..1, not {value}")
        if not 0.0 <= self.guidance <= MAX_GUIDANCE:
            raise ParameterError(f"guidance must be 0..{MAX_GUIDANCE:g}, not {self.guidance}")

    @property
    def ranks(self) -> list[float]:
        """A rank 0..1 for each of STEERED, NaN where it is off."""
        values = [getattr(self, name) for name in STEERED]
        return [math.nan if value is None else (value + 1) / 2 for value in values]

    @property
    def on(self) -> bool:
        """Whether it has any effect."""
        return self.guidance > 0 and any(getattr(self, name) is not None for name in STEERED)


#: What can be steered, in the order of `audio.descriptors.DESCRIPTORS`.
STEERED = tuple(one.name for one in fields(Steering) if one.name != "guidance")

UNSTEERED = Steering()


def steer_logits(logits: NDArray[np.float32], guidance: float) -> NDArray[np.float32]:
    """The logits `[V]` of a steered code, from three rows `[3, V]`: given the past; given how the
    column should sound, but not the past; given neither.

    This is classifier-free guidance (Ho and Salimans, arXiv 2207.12598). By Bayes' rule
    p(code | past, sound) is about p(code | past) p(code | sound) / p(code), and `guidance` is the
    exponent of the last two factors: 0 does nothing, 1 is the rule, more exaggerates.
    """
    free, told, untold = logits
    steered: NDArray[np.float32] = free + guidance * (told - untold)
    return steered
