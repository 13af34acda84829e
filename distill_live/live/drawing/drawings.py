"""A queue of regions to be drawn again: one at a time, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, DistillError
from distill_live.live.drawing.draw_process import DRAWN, GIVEN, draw_into
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.live.ipc.short_process import ShortProcess

#: The most regions that wait.
MAX_WAITING = 16


@dataclass(frozen=True, eq=False)
class DrawingJob:
    """The columns from `start` to `end` of a grid, to be drawn again by the edit `text`, with the
    prior of a model."""

    model: Path
    grid: CodeGrid
    start: int
    end: int
    text: str


#: Takes what became of a region: its columns [n, F, Q].
Done = Callable[[Codes | CodesError], None]


class _Entry(NamedTuple):
    job: DrawingJob
    done: Done


class Drawings:
    """Draws regions in the order in which they were added, by their numbers; call `poll` many times
    a second. The processes that draw come from `processes`."""

    def __init__(self, processes: ProcessSource = FRESH) -> None:
        self._processes = processes
        self._waiting: dict[int, _Entry] = {}
        self._running: int | None = None
        self._process: DrawingProcess | None = None

    def add(self, number: int, job: DrawingJob, done: Done) -> None:
        """Draw a region after those that wait, in place of one with the same number.

        Raises CodesError when too many wait.
        """
        self.keep(lambda one: one != number)
        if len(self._waiting) >= MAX_WAITING:
            raise CodesError(f"{MAX_WAITING} regions are already waiting to be drawn: try later")
        self._waiting[number] = _Entry(job, done)

    def keep(self, wanted: Callable[[int], bool]) -> None:
        """Drop the regions whose numbers are no longer wanted."""
        for number in [one for one in self._waiting if not wanted(one)]:
            self._drop(number)

    def poll(self) -> None:
        """Begin with the next region, and hand over what is done."""
        if self._process is None:
            if self._waiting and self._processes.ready():
                self._begin(next(iter(self._waiting)))
        elif self._process.ended and self._running is not None:
            result, done = self._process.result(), self._waiting[self._running].done
            self._drop(self._running)
            done(result)

    def close(self) -> None:
        """Drop all regions."""
        self.keep(lambda number: False)

    def _begin(self, number: int) -> None:
        job, done = self._waiting[number]
        try:
            self._process, self._running = DrawingProcess(self._processes, job), number
        except (OSError, DistillError) as error:
            self._drop(number)
            done(CodesError(f"no process can be started: {error}"))

    def _drop(self, number: int) -> None:
        del self._waiting[number]
        if number == self._running and self._process is not None:
            self._process.close()
            self._running = self._process = None


class DrawingProcess(ShortProcess):
    """A process that draws one region.

    Raises OSError when it cannot be started, and CodesError when its grid cannot be written.
    """

    def __init__(self, source: ProcessSource, job: DrawingJob) -> None:
        super().__init__(
            source, draw_into, job.model.absolute(), f"{job.start}:{job.end}", job.text,
            prepare=lambda folder: save_grid(folder / GIVEN, job.grid),
        )  # fmt: skip
        self._job = job

    def result(self) -> Codes | CodesError:
        """The region's columns [n, F, Q], or why there are none, once it has ended."""
        try:
            self.facts()
            return load_grid(self.folder / DRAWN).codes[self._job.start : self._job.end]
        except DistillError as error:
            return CodesError(str(error))
