"""The process of the workbench: it does one thing after the other that control asks for."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from distill_live import priority
from distill_live.errors import OUT_OF_MEMORY, DistillError, RequestError, is_out_of_memory
from distill_live.live.ipc.worker_process import run_worker
from distill_live.math_threads import spare_threads


def run_workbench(channel: Connection, folder: Path) -> None:
    """Answer what comes over a channel, until it closes: (name, arguments) is answered by (200,
    result), or by an HTTP status and the reason why it cannot be done."""
    priority.lower()
    spare_threads()
    run_worker(channel, lambda: _serve(channel, folder))


def _serve(channel: Connection, folder: Path) -> None:
    # Only in this process: torch takes seconds to import.
    from distill_live.workbench.bench import Workbench

    bench = Workbench(folder)
    while True:
        name, arguments = channel.recv()
        channel.send(_answer(bench, name, arguments))


def _answer(bench: Any, name: str, arguments: dict[str, Any]) -> tuple[int, Any]:
    try:
        return 200, getattr(bench, name)(**arguments)
    except RequestError as error:
        return error.status, str(error)
    except (DistillError, OSError) as error:
        return 409, str(error)
    except (MemoryError, RuntimeError) as error:
        if os.environ.get("DISTILL_DEBUG") or not is_out_of_memory(error):
            raise
        return 507, OUT_OF_MEMORY
