"""Captures: the last seconds that were heard, as a clip, as a sound file and as codes."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from distill_live.audio.fades import CUT_FADE_SECONDS, fade_ends
from distill_live.audio.files import write_audio
from distill_live.audio.level import loudness_db, mean_square
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid
from distill_live.errors import AudioFileError, ClipError, CodesError, DistillError
from distill_live.live.clips.clip import Clip, check_clip_name
from distill_live.live.clips.clip_file import SUFFIX
from distill_live.live.clips.look_back import LookBack
from distill_live.live.ipc.messages import Captured, Request
from distill_live.live.ipc.ring import Samples

#: How long an engine may take to answer, in seconds; it answers between two columns.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, eq=False)
class Capture:
    """What was asked for, and the sound [N, 2] that was heard until then, or until so many seconds
    `ago`."""

    name: str
    seconds: float
    sound: Samples
    sample_rate: int
    asked: float
    ago: float | None = None

    @property
    def loudness_db(self) -> float:
        """RMS level of the sound in dBFS; -inf for silence."""
        return loudness_db(mean_square(self.sound))


class _Written(NamedTuple):
    """What has become of a capture, in words."""

    capture: Capture
    text: str
    failed: bool


class Captures:
    """Makes captures; call `poll` many times a second.

    `new_path` gives the path of a new sound file with a name in it, and may raise AudioFileError;
    `keep` takes the clip and returns notes about it. `on_outcome` is called with what
    came of a capture: it, a text, and whether it failed.
    """

    def __init__(
        self,
        look_back: LookBack,
        new_path: Callable[[str], Path],
        keep: Callable[[Clip], Sequence[str]],
        on_outcome: Callable[[Capture, str, bool], None],
    ) -> None:
        self._look_back, self._new_path = look_back, new_path
        self._keep, self._on_outcome = keep, on_outcome
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Capture] = {}
        self._written: queue.SimpleQueue[_Written] = queue.SimpleQueue()
        self._writers: list[threading.Thread] = []

    def begin(self, name: str, seconds: float, ago: float | None = None) -> Request:
        """Keep the sound of the last seconds, which ended so many seconds `ago`; returns what to
        ask the engine for.

        Raises ClipError when a clip cannot be called so.
        """
        check_clip_name(name)
        samples, sample_rate = self._look_back.last(seconds, ago or 0.0)
        number = next(self._numbers)
        self._waiting[number] = Capture(
            name, seconds, samples.T, sample_rate, time.monotonic(), ago
        )
        return Request("capture", (number, seconds, ago or 0.0))

    def take(self, captured: Captured, blank: CodeGrid) -> None:
        """Make a clip of an engine's answer, and write it to the disk; `blank` is a grid of the
        engine's codec without columns."""
        capture = self._waiting.pop(captured.number, None)
        if capture is None:
            return
        if not len(captured.codes):
            text = "nothing can be captured yet: the model has not been heard"
            self._on_outcome(capture, text, True)
            return
        grid = replace(blank, codes=captured.codes.astype(np.int64), source="capture")
        samples = min(round(capture.seconds * grid.sample_rate), _length(grid))
        lost = ""
        notes: Sequence[str] = ()
        try:
            notes = self._keep(Clip(capture.name, grid, samples, capture.loudness_db))
        except ClipError as error:
            # What was heard is written all the same: it does not come back.
            lost = str(error)
        try:
            self._write(capture, grid, lost, notes)
        except AudioFileError as error:
            self._on_outcome(capture, _unwritten(lost, error), True)

    def poll(self) -> None:
        """Tell of captures that are written, or that no engine has answered."""
        before = time.monotonic() - PATIENCE_SECONDS
        for number, capture in list(self._waiting.items()):
            if capture.asked < before:
                del self._waiting[number]
                self._on_outcome(capture, "the engine did not answer: capture again", True)
        while not self._written.empty():
            self._on_outcome(*self._written.get())

    def close(self) -> None:
        """Wait until everything is written."""
        for writer in self._writers:
            writer.join()
        self.poll()

    def _write(self, capture: Capture, grid: CodeGrid, lost: str, notes: Sequence[str]) -> None:
        """Write sound and codes in the background; `lost` says why there is no clip, if so, and
        `notes` what else there is to say of it.

        Raises AudioFileError when the file cannot be made.
        """
        path = self._new_path(capture.name)
        try:
            # Another capture of that name, in the same second, must get another path.
            path.touch()
        except OSError as error:
            raise AudioFileError(f"cannot write {path}: {error.strerror or error}") from error
        # Not a daemon: the program ends only after the files are written.
        writer = threading.Thread(
            target=self._save, args=(capture, path, grid, lost, notes), name="capture"
        )
        self._writers = [one for one in self._writers if one.is_alive()] + [writer]
        writer.start()

    def _save(
        self, capture: Capture, path: Path, grid: CodeGrid, lost: str, notes: Sequence[str]
    ) -> None:
        codes = path.with_suffix(SUFFIX)
        try:
            write_audio(path, _faded(capture.sound, capture.sample_rate), capture.sample_rate)
            save_grid(codes, grid)
        except (AudioFileError, CodesError) as error:
            with suppress(OSError):
                if not path.stat().st_size:
                    path.unlink()
            self._written.put(_Written(capture, _unwritten(lost, error), True))
            return
        seconds = _length(grid) / grid.sample_rate
        text = f"clip {capture.name}: the last {seconds:.1f} s, also in {path} and {codes.name}"
        if seconds < capture.seconds - grid.column_seconds:
            notes = [f"you asked for {capture.seconds:g} s, but no more had been heard", *notes]
        if lost:
            text = f"{lost}; the last {seconds:.1f} s are only in {path} and {codes.name}"
        text = "; ".join([text, *notes])
        self._written.put(_Written(capture, text, bool(lost)))


def _faded(sound: Samples, sample_rate: int) -> Samples:
    """A sound [N, 2] that fades in and out: it was cut out of the middle of what was heard."""
    count = round(CUT_FADE_SECONDS * sample_rate)
    return next(fade_ends([sound], len(sound), count))


def _unwritten(lost: str, error: DistillError) -> str:
    """What has become of a capture whose sound cannot be written; `lost` as for `_write`."""
    if lost:
        return f"{lost}; the sound was lost, too: {error}"
    return f"the clip is there, but: {error}"


def _length(grid: CodeGrid) -> int:
    """Samples in a grid's columns."""
    return len(grid.codes) * grid.column_samples
