"""Several sounds at once, each in a process of its own.

In threads of one process they would mostly wait for each other, because they call many short
functions and only one thread at a time can call one.

    python -m distill_live.inference.many MODEL_FILE

makes a sound for each pickled set of settings from standard input, until that ends, and writes the
sounds to standard output.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import DistillError
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.inference.loading import load_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin

#: What `generate_audio_from_prior` takes, by name; all of it can be pickled.
Settings = dict[str, Any]

_COMMAND = (sys.executable, "-P", "-m", "distill_live.inference.many")
# A process needs seconds to start, and 650 MB of memory.
_MOST_PROCESSES, _WORTHWHILE_SECONDS = 4, 120.0


class Made(NamedTuple):
    """The sound that was generated, its `columns` and where each of their grains is from; see
    `generate_audio_from_prior`."""

    audio: NDArray[np.float32]
    columns: list[NDArray[np.int64]]
    grains: list[GrainOrigin | None]


def make_sounds(
    loaded: LoadedVQModel,
    path: Path,
    wanted: Sequence[Settings],
    on_progress: Callable[[float], None],
) -> Iterator[Made]:
    """The sounds with these settings, in their order, of a model and its file.

    Long ones are made by several processes; what these do not make, because they cannot be started
    or were ended, is made here. `on_progress` gets the part done of the next sound, 0..1. Raises
    what `generate_audio_from_prior` raises.
    """
    count = _processes(loaded, wanted)
    beside = _made_beside(path, wanted, count) if count > 1 else (None for _ in wanted)
    with closing(beside):
        for settings, ready in zip(wanted, beside, strict=True):
            made = ready or _make(loaded, settings, on_progress)
            on_progress(1.0)
            yield made


def _processes(loaded: LoadedVQModel, wanted: Sequence[Settings]) -> int:
    """How many processes to use; 1 is this one."""
    seconds = sum(one["duration_s"] for one in wanted)
    if loaded.device.type != "cpu" or seconds < _WORTHWHILE_SECONDS:
        return 1
    return min(len(wanted), os.cpu_count() or 1, _MOST_PROCESSES)


def _make(
    loaded: LoadedVQModel,
    settings: Settings,
    on_progress: Callable[[float], None] | None = None,
) -> Made:
    columns: list[NDArray[np.int64]] = []
    grains: list[GrainOrigin | None] = []
    audio, _ = generate_audio_from_prior(
        loaded, on_column=columns.append, on_grain=grains.append, progress_callback=on_progress,
        **settings,
    )  # fmt: skip
    return Made(audio, columns, grains)


def _made_beside(
    path: Path, wanted: Sequence[Settings], count: int
) -> Generator[Made | None, None, None]:
    """The sounds in their order, made by so many processes; None for one that they did not make."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(count))
        idle: SimpleQueue[_Maker] = SimpleQueue()
        # They are closed before the pool, whose threads wait for them.
        for _ in range(count):
            idle.put(stack.enter_context(closing(_Maker(path))))

        def make(settings: Settings) -> Made | None:
            maker = idle.get()
            try:
                return maker.make(settings)
            finally:
                idle.put(maker)

        waiting: deque[Future[Made | None]] = deque()
        for settings in wanted:
            waiting.append(pool.submit(make, settings))
            # No more than these: finished sounds take memory.
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Maker:
    """A process that makes sounds of the model in a file."""

    def __init__(self, path: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                (*_COMMAND, str(path)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def make(self, settings: Settings) -> Made | None:
        """A sound; None if the process cannot make it."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            pickle.dump(settings, self._process.stdin)
            self._process.stdin.flush()
            found = pickle.load(self._process.stdout)  # noqa: S301 - from our own program
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        if isinstance(found, DistillError):
            raise found
        return Made(*found)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def main(path: str) -> None:
    """Make sounds of the model in a file, as standard input asks for them."""
    loaded = load_model(path, "cpu")
    while True:
        try:
            settings = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own program
        except EOFError:
            return
        made: Sequence[object] | DistillError
        try:
            # As a plain tuple: here, the class is that of `__main__`.
            made = tuple(_make(loaded, settings))
        except DistillError as error:
            made = error
        pickle.dump(made, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
