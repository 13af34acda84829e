"""How many threads a training uses: as many as have a core to themselves.

Torch's threads wait for one another thousands of times a second, so a thread that shares its core
with another program holds all of them up. On two cores beside a server that plays, one thread is
faster than two: it trains at 72 % of the undisturbed speed, two at 58 %.
"""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import torch

from distill_live.training.run.processes import Processes

#: How many seconds to watch other programs.
_WATCHED_S = 1.0
#: Cores that other programs may keep busy without taking one away.
_NEGLIGIBLE = 0.1
_STAT = Path("/proc/stat")


def share_cores(processes: Processes, earlier: int | None = None) -> str:
    """Let torch use as many threads as have a core to themselves. Returns a message if these are
    fewer than usual, else "".

    A resumed run uses as many as before, `earlier`, so that it computes the same numbers. Nothing
    changes if OMP_NUM_THREADS is set, with several processes, or on a GPU.
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
        f"other programs keep {busy:.1f} cores busy, so training uses {threads} of the usual "
        f"{usual} threads, which is faster (OMP_NUM_THREADS sets another number)"
    )


def free_threads(usual: int, cores: int, busy: float) -> int:
    """How many of `usual` threads have one of `cores` cores to themselves, at least 1, while other
    programs keep `busy` cores busy."""
    return max(1, min(usual, cores - math.ceil(max(busy - _NEGLIGIBLE, 0.0))))


def busy_cores(seconds: float) -> float:
    """How many cores are busy on average during the next `seconds`, while this process sleeps; 0 if
    the system does not say, as on all but Linux."""
    before = _used_ticks()
    time.sleep(seconds)
    return (_used_ticks() - before) / (os.sysconf("SC_CLK_TCK") * seconds) if before else 0.0


def _used_ticks() -> int:
    """The ticks that all cores have been busy since the system started."""
    try:
        user, nice, system, _idle, _waiting, *interrupts = _STAT.read_text().split()[1:9]
    except OSError:
        return 0
    # The last one is time that a hypervisor took away, which is not free either.
    return sum(map(int, (user, nice, system, *interrupts)))
