"""One process that trains, or several that train the same network: what they share and agree on.

The one door to Lightning Fabric, which is imported when several are asked for. It starts the
processes itself, on one machine or several, with the command that the user typed; Accelerate has
the same collectives, but wants a launcher of its own and huggingface_hub.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import torch
from torch import Tensor, distributed

from distill_live.errors import DeviceError, DistillError

Accelerator = Literal["auto", "cpu", "cuda", "mps"]

_Value = TypeVar("_Value")


class Processes:
    """One process that trains alone, on `device`: whatever several do together does nothing here.

    `count` processes train together, and this is the one with `number`, counted from 0. A context
    manager.
    """

    number = 0
    count = 1

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes files and messages."""
        return self.number == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def batch(self, crops: float) -> int:
        """How many crops all processes together train a step on: `crops`, but at least one each."""
        return max(round(crops), self.count)

    def steps(self, steps: int, crops: float) -> int:
        """How many steps of `batch(crops)` see as much sound as `steps` of `crops`; at least 1."""
        return max(1, round(steps * max(round(crops), 1) / self.batch(crops)))

    def own(self, batch: Tensor) -> Tensor:
        """This process's part of a batch `[B, ...]` that all processes have drawn alike."""
        return batch[self.number :: self.count]

    def average_gradients(self, weights: Iterable[Tensor], part: float) -> None:
        """Give every process the gradients of the whole batch; those that it has are the mean over
        its own `part` (0..1) of it."""

    def mean(self, value: float) -> float:
        """The mean of all processes' values."""
        return value

    def from_first(self, value: _Value) -> _Value:
        """What the first process has, for all; anything that can be pickled."""
        return value

    def gather(self, value: _Value) -> list[_Value]:
        """What every process has, in the order of their numbers."""
        return [value]

    def wait(self) -> None:
        """Go on when all processes are here."""


class FabricProcesses(Processes):
    """One of several processes; `fabric` is launched.

    A process that leaves its block by an exception takes those that it started along.
    """

    def __init__(self, fabric: Any) -> None:
        super().__init__(fabric.device)
        self._fabric = fabric
        self.number, self.count = int(fabric.global_rank), int(fabric.world_size)
        if int(os.environ.get("LOCAL_RANK", 0)):
            # Ctrl-C reaches all; the process that started this one decides what it means.
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            if self.count > 1:
                distributed.destroy_process_group()
            return
        if not self.is_first and isinstance(error, DistillError):
            # The first process has met it too, and tells.
            raise SystemExit(1) from error
        # Fabric watches this list, and kills this process when one of them does not end well.
        watched = getattr(self._fabric.strategy.launcher, "procs", [])
        started = list(watched)
        watched.clear()
        for process in started:
            process.kill()

    def average_gradients(self, weights: Iterable[Tensor], part: float) -> None:
        if self.count == 1:
            return
        weights = [weight for weight in weights if weight.requires_grad]
        # One call for all. What a process had no use for counts as zero.
        gradients = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
        flat = part * torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for weight, gradient, whole in zip(weights, gradients, parts, strict=True):
            weight.grad = gradient.copy_(whole.view(gradient.shape))

    def mean(self, value: float) -> float:
        return sum(self.gather(value)) / self.count

    def from_first(self, value: _Value) -> _Value:
        shared: _Value = self._fabric.broadcast(value)
        return shared

    def gather(self, value: _Value) -> list[_Value]:
        if self.count == 1:
            return [value]
        values: list[Any] = [None] * self.count
        distributed.all_gather_object(values, value)
        return values

    def wait(self) -> None:
        self._fabric.barrier()


def launch(accelerator: Accelerator, devices: int = 1, num_nodes: int = 1) -> FabricProcesses:
    """Start one process per device of this machine, all running this program's command line again.

    On each of several machines the user types the same command, with the environment variables
    MASTER_ADDR, MASTER_PORT and NODE_RANK; they share the folders of the recordings and the model.
    Raises DeviceError when there are not so many devices, or Lightning Fabric is missing.
    """
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise DeviceError(
            "--accelerator needs Lightning Fabric: pip install 'distill-live[accelerator]', "
            "or train with --device on one"
        ) from error
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    strategy = "ddp" if devices * num_nodes > 1 else "auto"
    try:
        fabric = Fabric(
            accelerator=accelerator, devices=devices, num_nodes=num_nodes, strategy=strategy
        )
        fabric.launch()
    except (RuntimeError, ValueError, TypeError) as error:
        # Fabric's own errors are of these kinds.
        reason = str(error).splitlines()[0]
        raise DeviceError(
            f"cannot train on {num_nodes} x {devices} of accelerator {accelerator!r}: {reason}"
        ) from error
    return FabricProcesses(fabric)
