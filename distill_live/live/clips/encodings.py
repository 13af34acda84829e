"""Encodes recordings while the engine plays: one at a time, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid
from distill_live.errors import ClipError, DistillError

#: The files that the process writes: the codes, and what it found out about the recording.
GRID, FACTS = "codes.npz", "facts.json"
#: The most recordings that wait.
MAX_WAITING = 64


@dataclass(frozen=True, eq=False)
class EncodingJob:
    """A recording, and the model whose codec encodes it: at most `columns` columns are kept, the
    first ones or, with `end`, the last ones."""

    audio: Path
    model: Path
    columns: int
    end: bool = False


class Encoded(NamedTuple):
    """A recording's codes; `samples` is the length of what was kept of it and `loudness_db` its RMS
    level in dBFS, -inf for silence. `notes` say what was odd about the recording."""

    grid: CodeGrid
    samples: int
    loudness_db: float
    notes: tuple[str, ...]


#: Takes what became of a recording.
Done = Callable[[Encoded | ClipError], None]


def check_recording(audio: Path) -> None:
    """Raise ClipError unless there is a file."""
    try:
        found = audio.is_file()
    except OSError as error:
        raise ClipError(str(error.strerror or error)) from error
    if not found:
        raise ClipError("no such file")


class Encodings:
    """A queue of recordings; call `poll` many times a second."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[EncodingJob, Done]] = deque()
        self._running: tuple[EncodingJob, Done] | None = None
        self._process: EncodingProcess | None = None

    def add(self, job: EncodingJob, done: Done, first: bool = False) -> None:
        """Encode a recording after those that wait, or `first`, before all others: the one that is
        being encoded then begins again later.

        Raises ClipError when too many wait.
        """
        if first:
            if self._running is not None:
                self._waiting.appendleft(self._running)
                self.close()
            self._waiting.appendleft((job, done))
            return
        if len(self._waiting) >= MAX_WAITING:
            raise ClipError(f"{MAX_WAITING} recordings are already waiting: try again later")
        self._waiting.append((job, done))

    def drop(self, job: EncodingJob) -> None:
        """Do not encode a recording after all."""
        self._waiting = deque(one for one in self._waiting if one[0] is not job)
        if self._running is not None and self._running[0] is job:
            self.close()

    def poll(self) -> None:
        """Begin with the next recording, and hand over what is done."""
        if self._running is None:
            if self._waiting:
                self._begin(*self._waiting.popleft())
            return
        if self._process is None or not self._process.ended:
            return
        _, done = self._running
        result = self._process.result()
        self.close()
        done(result)

    def close(self) -> None:
        """Stop encoding; what waits is kept."""
        if self._process is not None:
            self._process.close()
        self._running = self._process = None

    def _begin(self, job: EncodingJob, done: Done) -> None:
        try:
            self._process = EncodingProcess(job)
        except OSError as error:
            done(ClipError(f"no process can be started: {error.strerror or error}"))
        else:
            self._running = job, done


class EncodingProcess:
    """A process that encodes one recording, so that it does not slow down the engine.

    Raises OSError when it cannot be started.
    """

    def __init__(self, job: EncodingJob) -> None:
        with ExitStack() as files:
            folder = files.enter_context(tempfile.TemporaryDirectory(prefix="distill-encode"))
            self._folder = Path(folder)
            self._errors = files.enter_context(
                tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
            )
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    sys.executable, "-m", "distill_live.live.clips.encode_process",
                    str(job.audio.absolute()), str(job.model.absolute()), folder,
                    str(job.columns), "last" if job.end else "first",
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
            )  # fmt: skip
            self._files = files.pop_all()

    @property
    def ended(self) -> bool:
        """Whether it has ended, well or not."""
        return self._process.poll() is not None

    def result(self) -> Encoded | ClipError:
        """The codes, or why there are none, once it has ended."""
        try:
            facts = json.loads((self._folder / FACTS).read_text(encoding="utf-8"))
            if "error" in facts:
                return ClipError(facts["error"])
            grid = load_grid(self._folder / GRID)
        except (OSError, ValueError, DistillError):
            return ClipError(self._last_words())
        return Encoded(grid, facts["samples"], facts["loudness_db"], tuple(facts["notes"]))

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
