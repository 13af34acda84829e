"""A process that does one piece of work beside the engine, so that it does not slow it down.

Files in a temporary folder carry what goes in and what comes out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from distill_live import priority
from distill_live.errors import OUT_OF_MEMORY, CodesError, DistillError, is_out_of_memory
from distill_live.math_threads import spare_threads

#: The file in which the process says what it found out, or why it failed.
_FACTS = "facts.json"


def do_short_work(folder: Path, work: Callable[[], dict[str, Any]]) -> None:
    """In the process itself: do the work at a low priority and write the facts that it returns; if
    it fails because of what was given or for want of memory, only why."""
    priority.lower()
    spare_threads()
    try:
        facts = work()
    except (DistillError, OSError, MemoryError, RuntimeError) as error:
        ours = isinstance(error, DistillError | OSError)
        if os.environ.get("DISTILL_DEBUG") or not (ours or is_out_of_memory(error)):
            raise
        reason = error.strerror if isinstance(error, OSError) else None
        facts = {"error": str(reason or error) if ours else OUT_OF_MEMORY}
    (folder / _FACTS).write_text(json.dumps(facts), encoding="utf-8")


class ShortProcess:
    """Runs `python -m MODULE FOLDER *arguments` with one thread; `prepare` writes what the process
    reads into the folder.

    Raises OSError when it cannot be started, and whatever `prepare` raises.
    """

    def __init__(
        self, module: str, *arguments: str, prepare: Callable[[Path], None] = lambda folder: None
    ) -> None:
        with ExitStack() as files:
            folder = files.enter_context(tempfile.TemporaryDirectory(prefix="distill-work"))
            #: Where its files are.
            self.folder = Path(folder)
            prepare(self.folder)
            self._errors = files.enter_context(
                tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
            )
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", module, folder, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
            )  # fmt: skip
            self._files = files.pop_all()

    @property
    def ended(self) -> bool:
        """Whether it has ended, well or not."""
        return self._process.poll() is not None

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
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._files.close()

    def _last_words(self) -> str:
        """Why it ended without a result."""
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1] if lines else "the process ended without an error message"
