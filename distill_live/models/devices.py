"""Which of torch's devices a command computes on, and with how many threads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

import torch

from distill_live.errors import DeviceError

DeviceName = Literal["auto", "cpu", "cuda", "mps"]
#: Words in torch's errors about a GPU that have no class of their own.
_GPU_WORDS = re.compile(r"\b(cuda|cudnn|cublas|cufft|nvidia|nvrtc|hip|mps|metal)", re.IGNORECASE)


def pick_device(name: str = "auto") -> torch.device:
    """The torch device called `name`; "auto" is CUDA where there is one, else the CPU.

    Apple's "mps" is used only when it is asked for: its results have not been compared with the
    CPU's. Raises DeviceError when the device is unknown or not there.
    """
    if name not in get_args(DeviceName):
        raise DeviceError(f"unknown device {name!r}; legal: {', '.join(get_args(DeviceName))}")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("torch finds no CUDA device on this machine: use --device cpu")
    if name == "mps" and not torch.backends.mps.is_available():
        raise DeviceError("torch finds no Apple GPU on this machine: use --device cpu")
    return torch.device(name)


def flush_denormals() -> None:
    """Let torch take numbers nearer to 0 than 1e-38 as 0, if the processor can.

    Processors take up to a hundred times as long for such numbers, and gradients are full of them:
    without bfloat16 instructions, a step of the codec takes a seventh of the time. Call this before
    torch computes anything: threads that it has already started go on as before.
    """
    torch.set_flush_denormal(True)


@contextmanager
def use_threads(count: int) -> Iterator[None]:
    """Let torch use `count` threads in the block, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def is_device_failure(error: BaseException) -> bool:
    """Whether an error says that a GPU, its driver or its memory is at fault, not the program."""
    if isinstance(error, torch.AcceleratorError | torch.OutOfMemoryError | DeviceError):
        return True
    raised_by_torch = isinstance(error, RuntimeError | AssertionError | NotImplementedError)
    return raised_by_torch and _GPU_WORDS.search(str(error)) is not None
