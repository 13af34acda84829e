"""A process that does one piece of work beside the engine, so that it does not slow it down.

Files in a temporary folder carry what goes in and what comes out.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from distill_live import priority
from distill_live.errors import OUT_OF_MEMORY, CodesError, DistillError, is_out_of_memory
from distill_live.live.ipc.process_source import STOP_SIGNALS, ProcessSource, show_name
from distill_live.live.ipc.worker_process import end_with_parent

#: The files for what the process finds out, or why it failed, and for its error output.
_FACTS, _ERRORS = "facts.json", "errors.txt"

_END_SECONDS = 5.0

#: The work: what it finds out, given the folder and the arguments. It can be imported by name.
Work = Callable[..., dict[str, Any]]


class ShortProcess:
    """Runs `work(folder, *arguments)` in a process from `source`, with one thread; `prepare` writes
    what the process reads into the folder.

    Raises OSError when it cannot be started, and whatever `prepare` raises.
    """

    def __init__(
        self,
        source: ProcessSource,
        work: Work,
        *arguments: Any,
        prepare: Callable[[Path], None] = lambda folder: None,
    ) -> None:
        with ExitStack() as files:
            folder = files.enter_context(tempfile.TemporaryDirectory(prefix="distill-work"))
            #: Where its files are.
            self.folder = Path(folder)
            prepare(self.folder)
            self._process = source.start("work", _run_work, work, self.folder, arguments)
            self._files = files.pop_all()

    @property
    def ended(self) -> bool:
        """Whether it has ended, well or not."""
        return self._process.exitcode is not None

    def facts(self) -> dict[str, Any]:
        """What it found out, once it has ended. Raises CodesError when it failed."""
        try:
            facts: dict[str, Any] = json.loads((self.folder / _FACTS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise CodesError(self._last_words()) from None
        if "error" in facts:
            raise CodesError(facts["error"])
        return facts

    def close(self) -> None:
        """End the process if it still works, and remove its files."""
        if not self.ended:
            self._process.kill()
            # Its end is told by the process that it is a fork of, which may have stopped.
            self._process.join(_END_SECONDS)
        self._files.close()

    def _last_words(self) -> str:
        """Why it ended without a result."""
        try:
            text = (self.folder / _ERRORS).read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        lines = text.strip().splitlines()
        return lines[-1] if lines else "the process ended without an error message"


def _run_work(work: Work, folder: Path, arguments: tuple[Any, ...]) -> None:
    """In the process itself: do the work at a low priority and write the facts that it returns; if
    it fails because of what was given or for want of memory, only why."""
    _keep_output(folder / _ERRORS)
    _let_signals_end()
    show_name()
    end_with_parent()
    priority.lower()
    _use_one_thread()
    try:
        facts = work(folder, *arguments)
    except (DistillError, OSError, MemoryError, RuntimeError) as error:
        ours = isinstance(error, DistillError | OSError)
        if os.environ.get("DISTILL_DEBUG") or not (ours or is_out_of_memory(error)):
            raise
        reason = error.strerror if isinstance(error, OSError) else None
        facts = {"error": str(reason or error) if ours else OUT_OF_MEMORY}
    (folder / _FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _keep_output(path: Path) -> None:
    """Write what would go to the terminal into a file."""
    kept = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for number in (1, 2):
        os.dup2(kept, number)
    os.close(kept)
    # In the encoding that the file is read with, whatever the terminal's.
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def _let_signals_end() -> None:
    """Let stop signals end this process."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _use_one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    # A fork has imported it already.
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
