"""The random numbers that a training draws: where they begin, and where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from distill_live.training.checkpoint import State
from distill_live.training.ranks import Ranks


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Let torch draw from `seed` on, on the CPU and on `device`, without disturbing whoever else
    draws in this process."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def random_state(crops: np.random.Generator, ranks: Ranks) -> list[State]:
    """All that a training draws from, of every process: torch's generators and the crops'."""
    cuda = ranks.device.type == "cuda"
    return ranks.gather(
        {
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(ranks.device) if cuda else None,
            "crops": json.dumps(crops.bit_generator.state),
        }
    )


def set_random_state(state: list[State], crops: np.random.Generator, ranks: Ranks) -> None:
    """Go on drawing where `random_state` was taken."""
    own = state[ranks.rank]
    torch.set_rng_state(own["torch"])
    if ranks.device.type == "cuda" and own["cuda"] is not None:
        torch.cuda.set_rng_state(own["cuda"], ranks.device)
    crops.bit_generator.state = json.loads(own["crops"])
