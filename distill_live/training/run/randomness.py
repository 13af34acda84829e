"""Seeding the random numbers of a training, and saving the state of their generators."""

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
    """Seed torch's generators of the CPU and of `device` for the block; their earlier state comes
    back afterwards."""
    others = [] if device.type == "cpu" else [device]
    with torch.random.fork_rng(others, device_type=device.type):
        torch.manual_seed(seed)
        yield


def random_state(crops: np.random.Generator, processes: Processes) -> list[State]:
    """The state of every process's random generators: torch's, the device's and that of `crops`."""
    kind, others = processes.device.type, _generators(processes.device)
    return processes.gather(
        {
            "torch": torch.get_rng_state(),
            **({kind: others.get_rng_state(processes.device)} if others else {}),
            "crops": json.dumps(crops.bit_generator.state),
        }
    )


def set_random_state(state: list[State], crops: np.random.Generator, processes: Processes) -> None:
    """Restore what `random_state` returned; a generator without a stored state is left alone."""
    own, others = state[processes.number], _generators(processes.device)
    torch.set_rng_state(own["torch"])
    if others and own.get(processes.device.type) is not None:
        others.set_rng_state(own[processes.device.type], processes.device)
    crops.bit_generator.state = json.loads(own["crops"])


def _generators(device: torch.device) -> Any:
    """The torch module with a device's own generator, for CUDA and MPS; None for the CPU."""
    return None if device.type == "cpu" else torch.get_device_module(device)
