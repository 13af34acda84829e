"""How many threads a training computes with: those that have a core to themselves.

Torch's threads wait for one another thousands of times a second, so one that shares its core with
another program holds all of them up. Beside a playing server on two cores, one thread is faster
than two: 72 % of the speed alone against 58 %.
"""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import torch

from distill_live.training.run.processes import Processes

#: Other programs are watched for so many seconds.
_WATCHED_S = 1.0
#: Cores that other programs may keep busy without taking one away.
_NEGLIGIBLE = 0.1
_STAT = Path("/proc/stat")


def share_cores(processes: Processes, earlier: int | None = None) -> str:
    """Let torch compute with as many threads as have a core to themselves; a line that says so
    where that is fewer than usual, else "".

    A run that is resumed has as many threads as before, `earlier`, for the same numbers. Nothing
    changes where OMP_NUM_THREADS is set, with several processes, or on a GPU.
    """
    usual = torch.get_num_threads()
    if "OMP_NUM_THREADS" in os.environ or processes.count > 1 or processes.device.type != "cpu":
        return ""
    if earlier is not None:
        torch.set_num_threads(earlier)
        return ""
    if usual == 1:
        return ""
    busy = busy_cores(_WATCHED_S)
    threads = free_threads(usual, os.cpu_count() or usual, busy)
    torch.set_num_threads(threads)
    if threads == usual:
        return ""
    return (
        f"other programs keep {busy:.1f} cores busy: training with {threads} of {usual} threads, "
        "which is faster beside them (OMP_NUM_THREADS sets another number)"
    )


def free_threads(usual: int, cores: int, busy: float) -> int:
    """Of `usual` threads those that have one of `cores` cores to themselves, 1 at least, while
    other programs keep `busy` cores busy."""
    return max(1, min(usual, cores - math.ceil(max(busy - _NEGLIGIBLE, 0.0))))


def busy_cores(seconds: float) -> float:
    """How many cores were busy on average during the next `seconds`, in which this process rests;
    0 where the system does not say (all but Linux)."""
    before = _used_ticks()
    time.sleep(seconds)
    return (_used_ticks() - before) / (os.sysconf("SC_CLK_TCK") * seconds) if before else 0.0


def _used_ticks() -> int:
    """Ticks that all cores have computed since the system started."""
    try:
        user, nice, system, _idle, _waiting, *interrupts = _STAT.read_text().split()[1:9]
    except OSError:
        return 0
    # The last one is what a hypervisor took: nobody can compute with that either.
    return sum(map(int, (user, nice, system, *interrupts)))
