"""Encodes recordings while the engine plays: one at a time, each in a process of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid
from distill_live.errors import ClipError, DistillError
from distill_live.live.clips.encode_process import GRID, encode_into
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.live.ipc.short_process import ShortProcess

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
    """A queue of recordings; call `poll` many times a second. Their processes come from
    `processes`."""

    def __init__(self, processes: ProcessSource = FRESH) -> None:
        self._processes = processes
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
            if self._waiting and self._processes.ready():
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
            self._process = EncodingProcess(self._processes, job)
        except OSError as error:
            done(ClipError(f"no process can be started: {error.strerror or error}"))
        else:
            self._running = job, done


class EncodingProcess(ShortProcess):
    """A process that encodes one recording, so that it does not slow down the engine.

    Raises OSError when it cannot be started.
    """

    def __init__(self, source: ProcessSource, job: EncodingJob) -> None:
        files = job.audio.absolute(), job.model.absolute()
        super().__init__(source, encode_into, *files, job.columns, job.end)

    def result(self) -> Encoded | ClipError:
        """The codes, or why there are none, once it has ended."""
        try:
            facts = self.facts()
            grid = load_grid(self.folder / GRID)
        except DistillError as error:
            return ClipError(str(error))
        return Encoded(grid, facts["samples"], facts["loudness_db"], tuple(facts["notes"]))
