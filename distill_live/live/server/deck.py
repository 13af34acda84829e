"""A deck: the place where an engine plays a model, with the memory that it shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from distill_live.codes.grid import CodeGrid
from distill_live.live.clips.clip import Codec
from distill_live.live.engine.process import EngineJob, run_engine
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.wiring import EngineMemory
from distill_live.live.ipc.heard_columns import HeardColumns
from distill_live.live.ipc.journal import JournalRing
from distill_live.live.ipc.keepsake import Keepsake
from distill_live.live.ipc.messages import (
    DeviceChosen,
    DeviceFailed,
    EngineReady,
    Message,
    PartnerCodes,
    Request,
)
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.live.ipc.ring import SAMPLE_RATE, AudioRing
from distill_live.live.ipc.shown_columns import ShownColumns
from distill_live.live.ipc.status import NEW_SOUND, EngineStatus
from distill_live.live.server.worker import Worker
from distill_live.models.file.header import read_header
from distill_live.models.file.library import found_grains
from distill_live.models.file.loudness import ModelLoudness
from distill_live.parameters import ParameterStore

#: The device that is never to blame for a failure.
CPU = "cpu"
#: Of every deck's ring: models are changed while it plays, and any of them may be stereo.
_CHANNELS = 2
#: The kind of vocoder of a model whose file does not describe one.
_USUAL_VOCODER = "phase"
#: The kind of prior that can be steered, and the one of a model whose file does not say.
_STEERED_PRIOR, _USUAL_PRIOR = "columns", "flat"


@dataclass(frozen=True)
class HeardOrigin:
    """Where the sound comes from: a recording's name, None for new sound; the second in it; and how
    much agrees there, 0..1."""

    name: str | None
    second: float
    share: float


class Deck:
    """One of two: while one plays, the other one loads the next model.

    `worker` is the engine's process, from `processes`; whoever puts a model on the deck starts it.
    """

    def __init__(
        self,
        number: int,
        parameters: ParameterStore,
        journal: bool,
        heard: HeardColumns | None = None,
        processes: ProcessSource = FRESH,
    ) -> None:
        self.number, self._processes = number, processes
        self.ring, self.status, self._keepsake = AudioRing(_CHANNELS), EngineStatus(), Keepsake()
        self.journal, self.shown = JournalRing() if journal else None, ShownColumns()
        self._memory = EngineMemory(
            self.ring, parameters, self.status, self.journal, self._keepsake, heard, self.shown
        )
        self.name = ""
        self.path = Path()
        self.level_labels: tuple[str, ...] = ()
        self.loudness = ModelLoudness()
        self.training_files: tuple[str, ...] = ()
        #: The kind of the model's vocoder.
        self.vocoder = _USUAL_VOCODER
        #: Whether the model can be steered.
        self.steers = False
        #: Whether the parameter `clarity` has an effect on the model.
        self.has_clarity = False
        #: Whether the model has grains that fit it.
        self.has_grains = False
        #: The model's codec, and a grid of it without columns once an engine has been ready.
        self.codec = Codec("", "")
        self.blank: CodeGrid | None = None
        #: The device that the engine computes on, once it has said so, and whether it has failed.
        self.device, self.device_failed = CPU, False
        #: Whether any engine has been ready to play the model.
        self.was_ready = False
        self._order: tuple[str, ...] = ()
        self.worker = self._new_worker()

    @property
    def ready_seconds(self) -> float:
        """How much sound is made but not heard yet."""
        newest = int(self.status["position"])
        return max(newest - self.ring.read_position, 0) / SAMPLE_RATE

    @property
    def origin(self) -> HeardOrigin | None:
        """Where the present sound comes from; None if that is not known."""
        number = int(self.status["origin"])
        if number == 0:
            return None
        name = None if number == NEW_SOUND else self.training_files[number - 1]
        return HeardOrigin(name, self.status["origin_second"], self.status["origin_share"])

    @property
    def section(self) -> str:
        """The recording that has most of the section that the stream keeps to; "" if there is
        none."""
        number = int(self.status["section"])
        return self.training_files[number - 1] if number else ""

    def put(self, path: Path, device: str, settings: EngineSettings) -> None:
        """Put a model on the deck, while no engine works there; then its worker can be started.

        Raises ModelFileError when the file cannot be read.
        """
        header = read_header(path).metadata
        # As the library does: copies of a file have the same name inside.
        self.path, self.name = path, path.stem
        # A file of Distill v1.1 does not say; then the engine does.
        self.codec, self.blank = Codec(path.stem, str(header.get("codec_sha256", ""))), None
        self.level_labels = tuple(map(str, header["level_labels"]))
        kept = header.get("training_codes")
        names = kept.get("names") if isinstance(kept, dict) else None
        self.training_files = tuple(map(str, names)) if isinstance(names, list) else ()
        described = header.get("vocoder")
        self.vocoder = _USUAL_VOCODER
        if isinstance(described, dict):
            self.vocoder = str(described.get("kind", _USUAL_VOCODER))
        prior = header.get("prior")
        kind = prior.get("kind", _USUAL_PRIOR) if isinstance(prior, dict) else _USUAL_PRIOR
        self.steers = kind == _STEERED_PRIOR
        self.has_clarity = bool(header.get("clarity"))
        self.has_grains = found_grains(path, header.get("codec_sha256")) is not None
        self.loudness = ModelLoudness.of_header(header)
        self.ring.reset()
        self.status.reset()
        self.shown.clear()
        self._keepsake.clear()
        self.device, self.device_failed, self.was_ready = CPU, False, False
        self.worker = self._new_worker()
        self.worker.arguments = (
            EngineJob(path, device, self._memory, settings, order=self._order),
        )

    def note(self, message: Message) -> None:
        """Note what the engine reports about itself."""
        match message:
            case DeviceChosen(device):
                self.device = device
            case DeviceFailed():
                self.device_failed = self.device != CPU
            case EngineReady(grid=blank):
                self.was_ready = True
                self.codec, self.blank = Codec(self.name, blank.model_sha256), blank

    @property
    def partners(self) -> tuple[PartnerCodes, ...]:
        """The clips that the last engine was started with, or the next one will be."""
        (job,) = self.worker.arguments
        partners: tuple[PartnerCodes, ...] = job.partners
        return partners

    @partners.setter
    def partners(self, partners: tuple[PartnerCodes, ...]) -> None:
        (job,) = self.worker.arguments
        self.worker.arguments = (replace(job, partners=partners),)

    def retry(self, *, device: str | None = None, plainly: bool = False) -> None:
        """Let the next engine on this deck use another device, or continue `plainly`."""
        (job,) = self.worker.arguments
        again = replace(job, device=device or job.device, plainly=plainly)
        self.worker.arguments = (again,)
        if device is not None:
            self.device, self.device_failed = device, False

    def set_order(self, names: tuple[str, ...]) -> None:
        """Let the engine here, and every later one, run its edits in this order."""
        self._order = names
        self.worker.arguments = tuple(replace(job, order=names) for job in self.worker.arguments)
        self.worker.send(Request("order", (names,)))

    def _new_worker(self) -> Worker:
        worker = Worker(
            "engine", run_engine, (), lambda: self.status["engine_beat"], self._processes
        )
        # A slow load, or the first turn after it, does not count as hanging.
        worker.patience = 10.0
        # Loading torch takes a minute when a dozen other programs use the processor.
        worker.start_patience = 180.0
        # A failure that belongs to a place in the music returns within a few bars.
        worker.quick_seconds = 20.0
        return worker
