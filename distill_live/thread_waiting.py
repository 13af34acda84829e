"""How long torch's threads stay awake for their next piece of work before they go to sleep.

By default they spin for milliseconds, which gains nothing on an idle computer and takes processor
time from other programs on a busy one. Each platform's OpenMP reads its own variable, once, when
torch is loaded.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

#: GNU's OpenMP (Linux) counts turns of a loop, some 10 microseconds; LLVM's (macOS) and Intel's
#: (Windows) count milliseconds.
_BRIEF = {"GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "1"}

# The user's own setting for the same thing, which those above would overrule.
_POLICY = "OMP_WAIT_POLICY"


def wait_briefly(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the threads of this process and of those it starts spin only briefly; call it before
    torch is imported. What the user has set stays."""
    if _POLICY in environment:
        return
    for name, value in _BRIEF.items():
        environment.setdefault(name, value)
