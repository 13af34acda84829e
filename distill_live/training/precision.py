"""In how many bits the codec is trained."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch


def half_precision(device: torch.device) -> AbstractContextManager[Any]:
    """bfloat16 where the processor computes in it: nearly twice as fast on CPUs that do, many
    times slower on those that only pretend."""
    # Not every release that we run on has this question.
    ask = getattr(torch.cpu, "get_capabilities", dict)
    capabilities: dict[str, Any] = dict(ask())
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.autocast("cuda", torch.bfloat16)
    if device.type == "cpu" and capabilities.get("avx512_bf16"):
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()
