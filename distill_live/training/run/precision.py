"""The precision of codec training: bfloat16 if a trial shows that it is faster.

A processor's name does not tell which is faster: without bfloat16 instructions, bfloat16 takes 3 to
40 times as long as float32, with them half as long.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import torch
from torch.nn import functional

from distill_live.models.devices import use_threads
from distill_live.training.run.muon import orthogonal
from distill_live.training.run.processes import Processes

# bfloat16 is used if it takes less than the first fraction of float32's time. A run that began in
# it keeps it, for the same bytes, unless it moves to a computer that is much slower in it.
_FASTER, _STILL_FAST = 0.9, 1.5

_TRIALS = 5
# A trial that takes as many processor seconds cannot be as slow by chance.
_CERTAIN_S = 0.1


@dataclass(frozen=True)
class Precision:
    """Whether the passes through the `network`, and Muon's products of `matrices`, are computed in
    bfloat16 instead of float32."""

    network: bool = False
    matrices: bool = False

    def passes(self, device: torch.device) -> AbstractContextManager[Any]:
        """The context for passes through the network on a device."""
        return torch.autocast(device.type, torch.bfloat16) if self.network else nullcontext()


class Slowness(NamedTuple):
    """The time that bfloat16 takes, divided by that of float32, for each part of Precision."""

    network: float
    matrices: float


def choose_precision(processes: Processes, earlier: Precision | None = None) -> Precision:
    """The fastest precision on the slowest of the processes that train, for all of them.

    `earlier` is the precision in which the run was begun; see _STILL_FAST.
    """
    found = processes.gather(_slowness(processes.device.type))
    network, matrices = map(max, zip(*found, strict=True))
    if earlier is None:
        return Precision(network < _FASTER, matrices < _FASTER)
    return Precision(
        earlier.network and network < _STILL_FAST, earlier.matrices and matrices < _STILL_FAST
    )


@cache
def _slowness(device: str) -> Slowness:
    """A trial on a CPU; torch knows about NVIDIA GPUs; on other devices float32 is safe."""
    if device == "cpu":
        with torch.random.fork_rng(devices=[]), use_threads(1):
            return Slowness(_of_network(), _of_matrices())
    known = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return Slowness(0.5, 0.5) if known else Slowness(math.inf, math.inf)


def _of_network() -> float:
    """A trial of a convolution of the codec's most frequent size, and its gradients."""
    sound = torch.randn(8, 128, 8, 32)
    weight = torch.randn(128, 128, 3, 3, requires_grad=True)

    def compute(half: bool) -> None:
        with Precision(network=half).passes(sound.device):
            made = functional.conv2d(sound, weight, padding=1)
        torch.autograd.backward(made.float().square().mean())

    return slowness(compute)


def _of_matrices() -> float:
    """A trial of Muon's step for the matrix of such a convolution."""
    matrix = torch.randn(128, 1152)
    return slowness(lambda half: orthogonal(matrix, torch.bfloat16 if half else torch.float32))


def slowness(compute: Callable[[bool], object]) -> float:
    """The time of `compute(True)` divided by that of `compute(False)`, each the shortest of a few
    trials; one is enough if bfloat16 takes twice as long and more than 0.1 s."""
    compute(False)
    compute(True)
    single, half = _seconds(compute, False), _seconds(compute, True)
    for _ in range(_TRIALS - 1):
        if half > max(2 * single, _CERTAIN_S):
            break
        single, half = min(single, _seconds(compute, False)), min(half, _seconds(compute, True))
    return half / single


def _seconds(compute: Callable[[bool], object], half: bool) -> float:
    # This thread's own time does not depend on other programs.
    began = time.thread_time()
    compute(half)
    return time.thread_time() - began
