"""The threads of the libraries that compute: as few as help, and asleep when they have no work.

Each library reads its own variable, once, when it is loaded.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

#: How long threads stay awake for their next piece of work. By default those of torch spin for
#: milliseconds, which gains nothing on an idle computer and takes processor time from other
#: programs on a busy one. GNU's OpenMP (Linux) counts turns of a loop, some 10 microseconds; LLVM's
#: (macOS) and Intel's (Windows) count milliseconds.
_BRIEF = {"GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "1"}
# The user's own setting for the same thing, which those above would overrule.
_POLICY = "OMP_WAIT_POLICY"

#: numpy's products of matrices are small here. By default they are shared among all processor
#: cores, and whoever asked for one spins until the last core is done: in the audio callback that
#: takes eight times the processor time, and waits for threads that do not run in real time.
_ALONE = {"OPENBLAS_NUM_THREADS": "1"}


def spare_threads(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the libraries of this process and of those it starts use few threads, which spin only
    briefly; call it before numpy and torch are imported. What the user has set stays."""
    chosen = _ALONE if _POLICY in environment else _ALONE | _BRIEF
    for name, value in chosen.items():
        environment.setdefault(name, value)
