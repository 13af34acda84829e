"""Which of torch's devices a command computes on."""

from __future__ import annotations

from typing import Literal, get_args

import torch

from distill_live.errors import DeviceError

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


def pick_device(name: str = "auto") -> torch.device:
    """The torch device called `name`; "auto" is CUDA where there is one, else the CPU.

    Apple's "mps" is used only when it is asked for: its results have not been compared with the
    CPU's. Raises DeviceError when the device is unknown or not there.
    """
    if name not in get_args(DeviceName):
        raise DeviceError(f"no device {name!r}: use {', '.join(get_args(DeviceName))}")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("torch finds no CUDA device here: use --device cpu")
    if name == "mps" and not torch.backends.mps.is_available():
        raise DeviceError("torch finds no Apple GPU here: use --device cpu")
    return torch.device(name)
