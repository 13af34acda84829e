"""Several sounds at once, each in a process of its own.

Threads of one process would mostly wait for each other: they make many short calls, and only one
thread runs at a time.

    python -m distill_live.inference.many MODEL_FILE CHECKSUM

makes a sound for each pickled set of settings from standard input, until that ends. It writes the
parts done, and then each sound, to standard output.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, suppress
from functools import partial
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
# A process needs seconds to start, and 650 MB of memory beside its sound.
_MOST_PROCESSES, _WORTHWHILE_SECONDS = 4, 120.0
# So much sound may be in memory at once: an hour in stereo takes 1.3 GB.
_MOST_HELD_SECONDS = 3600.0
# How often the part done is told.
_TELL_SECONDS = 0.25

_Tell = Callable[[float], None]


class Made(NamedTuple):
    """The sound that was generated, its `columns` and where each of their grains is from; see
    `generate_audio_from_prior`."""

    audio: NDArray[np.float32]
    columns: list[NDArray[np.int64]]
    grains: list[GrainOrigin | None]


def make_sounds(
    loaded: LoadedVQModel, path: Path, wanted: Sequence[Settings], on_progress: _Tell
) -> Generator[Made, None, None]:
    """The sounds that a model makes with these settings, in order; `path` is the model's file.

    If they are long enough together, several processes make them. What a process cannot make is
    made here. `on_progress` gets the part done of the next sound, 0..1. Raises what
    `generate_audio_from_prior` raises.
    """
    count = _processes(loaded, wanted)
    here = (None for _ in wanted)
    beside = _made_beside(loaded, path, wanted, count, on_progress) if count > 1 else here
    with closing(beside):
        for settings, ready in zip(wanted, beside, strict=True):
            made = ready or _make(loaded, settings, on_progress)
            on_progress(1.0)
            yield made


def _processes(loaded: LoadedVQModel, wanted: Sequence[Settings]) -> int:
    """How many processes to use; 1 is this one."""
    lengths = [one["duration_s"] for one in wanted]
    if loaded.device.type != "cpu" or sum(lengths) < _WORTHWHILE_SECONDS:
        return 1
    held = max(int(_MOST_HELD_SECONDS / max(lengths)), 1)
    return min(len(wanted), os.cpu_count() or 1, _MOST_PROCESSES, held)


def _make(loaded: LoadedVQModel, settings: Settings, on_progress: _Tell) -> Made:
    columns: list[NDArray[np.int64]] = []
    grains: list[GrainOrigin | None] = []
    audio, _ = generate_audio_from_prior(
        loaded, on_column=columns.append, on_grain=grains.append, progress_callback=on_progress,
        **settings,
    )  # fmt: skip
    return Made(audio, columns, grains)


def _made_beside(
    loaded: LoadedVQModel, path: Path, wanted: Sequence[Settings], count: int, on_progress: _Tell
) -> Generator[Made | None, None, None]:
    """Sounds in order, made by `count` processes; None for one that they could not make."""
    parts = [0.0] * len(wanted)
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(count))
        idle: SimpleQueue[_Maker] = SimpleQueue()
        # The processes are closed before the pool, because its threads wait for them.
        for _ in range(count):
            idle.put(stack.enter_context(closing(_Maker(loaded, path))))

        def make(number: int) -> Made | None:
            maker = idle.get()
            try:
                return maker.make(wanted[number], partial(parts.__setitem__, number))
            finally:
                idle.put(maker)

        def first() -> Made | None:
            number, future = waiting.popleft()
            while not wait([future], _TELL_SECONDS).done:
                on_progress(parts[number])
            return future.result()

        waiting: deque[tuple[int, Future[Made | None]]] = deque()
        for number in range(len(wanted)):
            waiting.append((number, pool.submit(make, number)))
            # Finished sounds take memory, so only one more than there are processes is asked for.
            if len(waiting) > count:
                yield first()
        while waiting:
            yield first()


class _Maker:
    """A process that makes sounds of a model in a file."""

    def __init__(self, loaded: LoadedVQModel, path: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                (*_COMMAND, str(path.absolute()), loaded.metadata["weights_sha256"]),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def make(self, settings: Settings, on_part: _Tell) -> Made | None:
        """A sound; None if the process cannot make it. `on_part` gets the part done, 0..1."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            pickle.dump(settings, self._process.stdin)
            self._process.stdin.flush()
            found: Any = 0.0
            while isinstance(found, float):
                on_part(found)
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


def main(path: str, checksum: str) -> None:
    """Make sounds of the model in a file, as standard input asks for them, unless another model
    with other weights has taken its place."""
    loaded = load_model(path, "cpu")
    if loaded.metadata["weights_sha256"] != checksum:
        return
    while True:
        try:
            settings = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own program
        except EOFError:
            return
        found: Sequence[object] | DistillError
        try:
            # A plain tuple, because `Made` belongs to `__main__` here, where nobody finds it.
            found = tuple(_make(loaded, settings, _send))
        except DistillError as error:
            found = error
        _send(found)


def _send(found: object) -> None:
    # Each part done is sent, too: once nobody reads any more, this process ends.
    pickle.dump(found, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
