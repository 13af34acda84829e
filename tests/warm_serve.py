"""`distill-live` in a fork of the warm process; the first line of its output is its process id.

Its fork server is not a fresh Python, which would import torch again, but a fork of this process,
and the jobs of its page are forks of the warm process.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from functools import partial
from multiprocessing import util

from distill_live import cli
from distill_live.commands.serving.page import work
from distill_live.commands.serving.torch_processes import MODULES
from distill_live.live.ipc import process_source
from distill_live.web.work.workplace import Workplace
from tests.warm_client import CLIENT

#: Modules of control and of what it starts, which are imported only when they are needed.
USED = (
    *MODULES,
    "distill_live.commands.serve",
    "distill_live.commands.serving.controls",
    "distill_live.inputs.plugin",
    "distill_live.live.server.server",
)
_spawn = util.spawnv_passfds


def main() -> None:
    """Run the command line."""
    print(os.getpid(), flush=True)
    # `multiprocessing` starts its fork server through this function, and spawned processes too.
    util.spawnv_passfds = _start
    program = (*CLIENT, "distill_live.cli")
    setattr(work, "Workplace", partial(Workplace, program=program))  # noqa: B010
    cli.main()


def _start(path: bytes, arguments: Sequence[str], kept: Sequence[int]) -> int:
    code = arguments[-1]
    # Later, when this process has threads, it cannot be forked safely.
    if "multiprocessing.forkserver" not in code or threading.active_count() > 1:
        return int(_spawn(path, arguments, kept))
    pid = os.fork()
    if pid:
        return pid
    try:
        first = 3
        for number in sorted(kept):
            os.closerange(first, number)
            first = number + 1
        os.closerange(first, os.sysconf("SC_OPEN_MAX"))
        # The warm process has imported it; without this, every fork would take its parent for dead.
        process_source._IMPORTED_BY = os.getpid()
        exec(code, {})  # noqa: S102 - what `python -c` would run
    except SystemExit:
        os._exit(0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(1)
