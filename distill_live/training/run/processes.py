"""The process that trains, or several that train one network together.

Only this module imports Lightning Fabric, and only when several processes are asked for. Fabric
starts the processes itself, on one machine or several, with the command that the user typed;
Accelerate has the same collectives, but needs its own launcher and huggingface_hub.
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
from distill_live.models.devices import flush_denormals

Accelerator = Literal["auto", "cpu", "cuda", "mps"]

_Value = TypeVar("_Value")


class Processes:
    """One process that trains alone, on `device`: everything that several do together is a no-op.
    Creating one calls `flush_denormals`.

    `count` processes train together, and this is the one with `number`, counted from 0. A context
    manager.
    """

    number = 0
    count = 1

    def __init__(self, device: torch.device | str = "cpu") -> None:
        flush_denormals()
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
        """How many crops all processes train on in a step: `crops`, but at least one each."""
        return max(round(crops), self.count)

    def steps(self, steps: int, crops: float) -> int:
        """As many steps of `batch(crops)` as cover the sound of `steps` of `crops`; at least 1."""
        return max(1, round(steps * max(round(crops), 1) / self.batch(crops)))

    def own(self, batch: Tensor) -> Tensor:
        """This process's share of a batch `[B, ...]` that every process has drawn."""
        return batch[self.number :: self.count]

    def average_gradients(self, weights: Iterable[Tensor], part: float) -> None:
        """Give every process the gradients of the whole batch. Those that it has are the mean over
        its own share, the fraction `part` (0..1) of the batch."""

    def mean(self, value: float) -> float:
        """The mean of the values of all processes."""
        return value

    def from_first(self, value: _Value) -> _Value:
        """The first process's value, for all of them; anything that can be pickled."""
        return value

    def gather(self, value: _Value) -> list[_Value]:
        """The values of all processes, in the order of their numbers."""
        return [value]

    def wait(self) -> None:
        """Wait until every process gets here."""


class FabricProcesses(Processes):
    """One of several processes; `fabric` has been launched.

    If an exception leaves the block, the processes that this one has started are killed.
    """

    def __init__(self, fabric: Any) -> None:
        super().__init__(fabric.device)
        self._fabric = fabric
        self.number, self.count = int(fabric.global_rank), int(fabric.world_size)
        if int(os.environ.get("LOCAL_RANK", 0)):
            # Ctrl-C reaches every process; the one that started this one handles it.
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
            # The first process has met the same error and reports it.
            raise SystemExit(1) from error
        # Fabric watches this list, and kills this process when one of the others fails.
        watched = getattr(self._fabric.strategy.launcher, "procs", [])
        started = list(watched)
        watched.clear()
        for process in started:
            process.kill()

    def average_gradients(self, weights: Iterable[Tensor], part: float) -> None:
        if self.count == 1:
            return
        weights = [weight for weight in weights if weight.requires_grad]
        # One call for all gradients. Weights that a process did not use have a gradient of zero.
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
    """Start one process for each device of this machine; each runs this program's command line
    again.

    To train on several machines, the user types the same command on each, with the environment
    variables MASTER_ADDR, MASTER_PORT and NODE_RANK. The machines must share the folders of the
    recordings and of the model. Raises DeviceError when there are too few devices or Lightning
    Fabric is missing.
    """
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise DeviceError(
            "--accelerator needs Lightning Fabric: install it with pip install "
            "'distill-live[accelerator]', or train on one device with --device"
        ) from error
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    strategy = "ddp" if devices * num_nodes > 1 else "auto"
    try:
        fabric = Fabric(
            accelerator=accelerator, devices=devices, num_nodes=num_nodes, strategy=strategy
        )
        fabric.launch()
    except (RuntimeError, ValueError, TypeError) as error:
        # These are the kinds of errors that Fabric raises.
        reason = str(error).splitlines()[0]
        raise DeviceError(
            f"cannot train on {num_nodes} x {devices} of accelerator {accelerator!r}: {reason}"
        ) from error
    return FabricProcesses(fabric)
