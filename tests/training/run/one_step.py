"""One step of a tiny codec's training: prints the types that it multiplied in, and its loss.

python -m tests.training.run.one_step
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from distill_live.training.codec.trainer import train_codec
from distill_live.training.run.precision import choose_precision
from distill_live.training.run.processes import Processes
from tests.training.run.two_processes import CONFIG, recordings


class Products(TorchDispatchMode):
    """Collects the types in which matrices are multiplied and convolved."""

    def __init__(self) -> None:
        super().__init__()
        self.types: set[torch.dtype] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func in (torch.ops.aten.mm.default, torch.ops.aten.convolution.default):
            self.types.add(args[0].dtype)
        return func(*args, **(kwargs or {}))


def main() -> None:
    # Choosing tries bfloat16, too; it is remembered.
    choose_precision(Processes())
    with Products() as products:
        trained = train_codec(recordings(), replace(CONFIG, epochs=1, steps_per_epoch=1))
    finite = math.isfinite(trained.history[0].loss)
    print(*sorted(str(kind).removeprefix("torch.") for kind in products.types))
    print("finite" if finite else "not finite")


if __name__ == "__main__":
    main()
