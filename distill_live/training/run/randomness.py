"""The random numbers that a training draws: where they begin, and where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from distill_live.training.run.checkpoint import State
from distill_live.training.run.processes import Processes


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Let torch draw from `seed` on, on the CPU and on `device`, without disturbing whoever else
    draws in this process."""
    others = [] if device.type == "cpu" else [device]
    with torch.random.fork_rng(others, device_type=device.type):
        torch.manual_seed(seed)
        yield


def random_state(crops: np.random.Generator, processes: Processes) -> list[State]:
    """The state of all random generators of every process: torch's, the device's, the crops'."""
    kind, others = processes.device.type, _generators(processes.device)
    return processes.gather(
        {
            "torch": torch.get_rng_state(),
            **({kind: others.get_rng_state(processes.device)} if others else {}),
            "crops": json.dumps(crops.bit_generator.state),
        }
    )


def set_random_state(state: list[State], crops: np.random.Generator, processes: Processes) -> None:
    """Go on drawing where `random_state` was taken; a generator without a stored state stays as it
    is."""
    own, others = state[processes.number], _generators(processes.device)
    torch.set_rng_state(own["torch"])
    if others and own.get(processes.device.type) is not None:
        others.set_rng_state(own[processes.device.type], processes.device)
    crops.bit_generator.state = json.loads(own["crops"])


def _generators(device: torch.device) -> Any:
    """The part of torch that keeps a device's own generator, on CUDA and MPS; None on the CPU."""
    return None if device.type == "cpu" else torch.get_device_module(device)
