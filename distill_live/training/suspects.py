"""Which recording spoiled a training: the loudest of those from which the loss went bad."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

#: (the step of the epoch, from 0, in which the loss was first no number; the recording's name; its
#: loudest mel in dB of full scale).
Suspect = tuple[int, str, float]


def find_suspect(
    losses: Sequence[Tensor],
    drawn: Sequence[NDArray[np.integer]],
    names: Sequence[str],
    level_db: Callable[[int], float],
) -> Suspect | None:
    """Look through an epoch's losses and the numbers of the recordings that each step has `drawn`;
    None when every loss is a number.

    A step may still come to a number and yet leave weights that are none, so the step before the
    first bad loss is looked through, too.
    """
    bad = (~torch.isfinite(torch.stack([*losses]))).nonzero()
    if not len(bad):
        return None
    step = int(bad[0])
    candidates = np.unique(np.concatenate(drawn[max(step - 1, 0) : step + 1])).tolist()
    levels = {one: level_db(one) for one in candidates}
    # Nothing is louder than what is no number.
    loudest = max(levels, key=lambda one: math.inf if math.isnan(levels[one]) else levels[one])
    return step, names[loudest], levels[loudest]


def in_words(network: str, epoch: int, suspects: Sequence[Suspect | None]) -> str:
    """What to say of a network's loss that is no number any more; `suspects` has what each process
    found."""
    found = [one for one in suspects if one]
    if not found:
        return f"the {network}'s loss is no number any more in epoch {epoch}"
    step, name, level = min(found)
    return (
        f"the {network}'s loss is no number any more from step {step + 1} of epoch {epoch} on; the "
        f"loudest recording in it is {name}, at up to {level:+.0f} dB of full scale: leave it out, "
        "or lower its level"
    )
