"""The settings of a server: what it plays, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.memory import AudioMemory


class AudioTarget(Protocol):
    """The audio process's function; see outputs/process.py."""

    def __call__(
        self, channel: Connection, options: Any, memory: AudioMemory, played: bool
    ) -> None: ...


class InputTarget(Protocol):
    """The input process's function; see outputs/input_process.py."""

    def __call__(
        self,
        channel: Connection,
        options: Any,
        tap: TapRing,
        status: ListeningStatus,
        opened: bool,
    ) -> None: ...


@dataclass(frozen=True)
class ServerSettings:
    """What to play and where.

    `output_options` go to `run_audio`; of `fallback_options` the next one is used instead when an
    output cannot be opened or is broken (without any, the server ends with an error). A `finite`
    output ends by itself, and is not started again when it fails: a file would be lost. Without
    `run_input`, which takes `input_options`, there is no live input. `record`
    and `log` are files to write from the start; recordings that are asked for go into `recordings`.
    Clips are kept in `clip_library`. `processes` is the source of the processes that use torch.
    """

    model: Path
    run_audio: AudioTarget
    output_options: Any
    fallback_options: tuple[Any, ...] = ()
    finite: bool = False
    run_input: InputTarget | None = None
    input_options: Any = None
    device: str = "auto"
    record: Path | None = None
    recordings: Path = Path("recordings")
    clip_library: Path = Path("clip-library")
    log: Path | None = None
    duration: float | None = None
    engine: EngineSettings = field(default_factory=EngineSettings)
    processes: ProcessSource = FRESH
