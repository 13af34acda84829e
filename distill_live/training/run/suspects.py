"""Which recording spoiled a training: the loudest one in the step in which the loss went bad."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

#: The step of the epoch, from 0, in which the loss was first not a number; the recording's name;
#: its peak in dB of full scale.
Suspect = tuple[int, str, float]


def find_suspect(
    losses: Sequence[Tensor],
    drawn: Sequence[NDArray[np.integer]],
    names: Sequence[str],
    loudest_db: Callable[[int], float],
) -> Suspect | None:
    """Search an epoch's losses, and the numbers of the recordings that each step has `drawn`.
    Returns None if every loss is a number.

    A step can have a good loss and leave bad weights, so the step before the first bad loss is
    searched too.
    """
    bad = (~torch.isfinite(torch.stack([*losses]))).nonzero()
    if not len(bad):
        return None
    step = int(bad[0])
    candidates = np.unique(np.concatenate(drawn[max(step - 1, 0) : step + 1])).tolist()
    loudest = {one: loudest_db(one) for one in candidates}
    # NaN counts as the loudest of all.
    suspect = max(loudest, key=lambda one: math.inf if math.isnan(loudest[one]) else loudest[one])
    return step, names[suspect], loudest[suspect]


def bad_loss(network: str, epoch: int, suspects: Sequence[Suspect | None]) -> str:
    """The message about a network's loss that is no longer a number, with the suspect that each
    process found."""
    found = [one for one in suspects if one]
    if not found:
        return f"the {network}'s loss stopped being a number in epoch {epoch}"
    step, name, loudest = min(found)
    return (
        f"the {network}'s loss stopped being a number at step {step + 1} of epoch {epoch}; the "
        f"loudest recording in that step is {name}, at up to {loudest:+.0f} dB of full scale: "
        "leave it out, or turn it down"
    )
