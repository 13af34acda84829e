"""The server: shared memory, the two workers, the transport, and what to do when something fails.

It belongs to the control process and knows nothing of controls; commands/serve.py joins the two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from distill_live.errors import LiveError
from distill_live.live.engine_process import EngineSettings, run_engine
from distill_live.live.recorder import Recorder
from distill_live.live.ring import SAMPLE_RATE, AudioRing, TapRing
from distill_live.live.status import LiveStatus, Transport
from distill_live.live.supervisor import Supervisor
from distill_live.live.worker import Worker
from distill_live.parameters import ParameterStore

#: Longest wait for the fade when the server stops, in seconds.
_FADE_SECONDS = 0.5


class AudioTarget(Protocol):
    """The audio process's function; see outputs/process.py."""

    def __call__(self, channel: Connection, *arguments: Any) -> None: ...


@dataclass(frozen=True)
class ServerSettings:
    """What to play and where.

    `output_options` go to `run_audio`; `fallback_options` are used instead when no device was
    asked for by name and none can be opened (None: then the server ends with an error). A `finite`
    output ends by itself, and is not started again when it fails: a file would be lost.
    """

    model: Path
    run_audio: AudioTarget
    output_options: Any
    fallback_options: Any = None
    finite: bool = False
    device: str = "auto"
    record: Path | None = None
    duration: float | None = None
    engine: EngineSettings = field(default_factory=EngineSettings)


class Server:
    """Plays one model. `start`, then `poll` many times a second until it returns False, then `end`.

    `log` takes one line of text for people.
    """

    def __init__(
        self, settings: ServerSettings, parameters: ParameterStore, log: Callable[[str], None]
    ) -> None:
        self._settings, self._log = settings, log
        self.status, self._ring, self._tap = LiveStatus(), AudioRing(), TapRing()
        self._parameters = parameters
        self.model_name = settings.model.stem
        self.output_name = ""
        self._engine = Worker("engine", run_engine, (), lambda: self.status["engine_beat"])
        self._engine.arguments = (
            settings.model, settings.device, self._ring, parameters, self.status, settings.engine,
        )  # fmt: skip
        # A load that takes long, or the first turn after it, is no hang.
        self._engine.patience = 10.0
        self._audio = Worker(
            "audio",
            settings.run_audio,
            self._audio_arguments(settings.output_options),
            lambda: self.status["audio_beat"],
        )
        self._supervisor = Supervisor(
            self._engine,
            self._audio,
            on_message=self._hear,
            on_failure=self._tell_failure,
            on_hopeless=self._give_up,
        )
        self._recorder = Recorder(self._tap, settings.record) if settings.record else None
        self._opened = self._finished = False
        self._sounding_since: float | None = None
        #: How often a process failed and had to be started again.
        self.restarts = 0

    def start(self) -> None:
        """Start the recording and the workers. Raises AudioFileError if it cannot be recorded."""
        if self._recorder:
            self._recorder.start()
        self._supervisor.start()

    def poll(self) -> bool:
        """Look after the workers; False when the performance has come to its end.

        Raises LiveError when it cannot go on.
        """
        self._supervisor.poll()
        if self.sounding and self._sounding_since is None:
            self._sounding_since = time.monotonic()
        return not (self._finished or self._is_over())

    def _is_over(self) -> bool:
        duration, since = self._settings.duration, self._sounding_since
        return duration is not None and since is not None and time.monotonic() - since >= duration

    @property
    def sounding(self) -> bool:
        """Whether sound has begun."""
        return self.status["played"] > 0

    @property
    def ring_seconds(self) -> float:
        """Sound that is made but not heard yet."""
        lane = self._ring.sounding_lane
        return max(self._ring.written(lane) - self._ring.read_position, 0) / SAMPLE_RATE

    def request(self, name: str, _arguments: tuple[object, ...] = ()) -> None:
        """Carry out "play", "stop" or "panic"; from any thread."""
        self.status["transport"] = Transport[name.upper()]
        if name == "panic":
            self._engine.send(("drop_future",))

    def end(self) -> None:
        """Fade out, finish the recording, end the workers."""
        self.status["transport"] = Transport.STOP
        deadline = time.monotonic() + _FADE_SECONDS
        while not self.status["silent"] and self._opened and time.monotonic() < deadline:
            time.sleep(0.005)
        if self._recorder:
            self._recorder.stop()
            if self.sounding and not self._recorder.error:
                self._log(f"recorded {self._recorder.path}")
            if self._recorder.lost:
                self._log(
                    f"the recording lost {self._recorder.lost} samples: the disk was too slow"
                )
            if self._recorder.error:
                self._log(self._recorder.error)
        self._supervisor.end()

    def _audio_arguments(self, options: Any) -> tuple[Any, ...]:
        return (options, self._ring, self._parameters, self.status, self._tap)

    def _hear(self, worker: Worker, message: tuple[Any, ...]) -> None:
        kind, *details = message
        if kind == "ready":
            self.model_name = details[0]
        elif kind == "opened":
            self._opened = True
            self.output_name = details[0]
        elif kind == "finished":
            self._finished = worker.done = True
            self._log(f"finished {self.output_name}")
        elif worker is self._audio:
            self._hear_of_device(details[0])
        elif not self.status["engine_starts"]:
            raise LiveError(details[0])
        else:
            self._log(f"engine: {details[0]}")

    def _hear_of_device(self, reason: str) -> None:
        """The audio process says why it cannot play; it will be started again."""
        if self._opened and not self._settings.finite:
            self._log(f"audio: {reason}")
        else:
            self._fall_back(reason)

    def _fall_back(self, reason: str) -> None:
        """Play on without a device; raises LiveError where that is not wanted."""
        fallback = self._settings.fallback_options
        if fallback is None or self._audio.arguments[0] == fallback:
            raise LiveError(reason)
        self._log(f"audio: {reason}")
        self._log("playing into nothing, at the pace of real time")
        self._audio.arguments = self._audio_arguments(fallback)

    def _give_up(self, worker: Worker) -> None:
        reason = f"the {worker.name} process keeps failing right after its start"
        if worker is not self._audio:
            raise LiveError(reason)
        self._fall_back(reason)

    def _tell_failure(self, worker: Worker, reason: str) -> None:
        if worker is self._audio and self._settings.finite:
            raise LiveError(f"the {worker.name} process {reason} before the file was complete")
        if reason != "ended with exit code 0":
            self.restarts += 1
            self._log(f"the {worker.name} process {reason}; starting it again")
