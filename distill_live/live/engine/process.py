"""The engine's process. This module imports without torch, so that control can name it."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.journal import JournalRing
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.status import EngineStatus
from distill_live.live.ipc.worker_process import run_worker
from distill_live.parameters import ParameterStore
from distill_live.priority import raise_engine

if TYPE_CHECKING:
    from distill_live.live.ipc.keepsake import Continuation, Keepsake
    from distill_live.models.file.persistence import LoadedVQModel


@dataclass(frozen=True)
class EngineJob:
    """What an engine's process works on: a model, a device, and what it shares with the others.

    `plainly`: it goes on without the hold or the loop in which others have failed.
    """

    model: Path
    device: str
    ring: AudioRing
    parameters: ParameterStore
    status: EngineStatus
    settings: EngineSettings
    keepsake: Keepsake
    journal: JournalRing | None = None
    plainly: bool = False


def run_engine(channel: Connection, job: EngineJob) -> None:
    """The engine process: load, say so, play until the channel closes.

    Sends ("device", its name), ("ready", model name), ("said", line), ("edit failed", edit's name),
    ("device failed",) and ("failed", why); takes the name of one of the engine's requests with its
    arguments.
    """
    run_worker(channel, lambda: _play_or_blame(channel, job))


def _play_or_blame(channel: Connection, job: EngineJob) -> None:
    try:
        _play(channel, job)
    except Exception as error:
        from distill_live.models.devices import is_device_failure

        if is_device_failure(error):
            channel.send(("device failed",))
        raise


def _play(channel: Connection, job: EngineJob) -> None:
    import torch  # here, so that control can import this module without torch

    from distill_live.codes.edit import load_edits
    from distill_live.live.engine.engine import Engine
    from distill_live.live.ipc.journal import Journal
    from distill_live.models.devices import pick_device
    from distill_live.models.file.persistence import load_model_v2

    torch.set_num_threads(job.settings.threads)
    device = pick_device(job.device)
    channel.send(("device", device.type))
    loaded = load_model_v2(job.model, device)
    journal = Journal(job.journal)
    # Taken once: another may be reading the ring.
    before = _continuation(job)
    start = before.places[0].position if before else job.ring.read_position
    journal.note(
        "engine", position=start, continues=before is not None, **describe_engine(job, loaded)
    )

    def say(line: str) -> None:
        channel.send(("said", line))

    # Control has said already which edits are left out.
    edits = load_edits(lambda line: None)
    with torch.inference_mode():
        engine = Engine(
            loaded, job.ring, job.parameters, job.status, job.settings, edits, journal, say,
            start=start, on_edit_failure=lambda name: channel.send(("edit failed", name)),
            keepsake=job.keepsake, before=before,
        )  # fmt: skip
        gc.collect()
        gc.freeze()
        # Only now: a model that is still loading must take no time from the one that plays.
        job.status["raised"] = not job.settings.patient and raise_engine()
        channel.send(("ready", loaded.metadata["name"]))
        busy = True
        while True:
            while channel.poll(0.0 if busy else job.settings.idle_seconds):
                name, *arguments = channel.recv()
                getattr(engine, name)(*arguments)
                busy = True
            busy = engine.turn()


def _continuation(job: EngineJob) -> Continuation | None:
    """Where the engine before left off, if there was one."""
    kept = job.keepsake.read(job.ring)
    if kept is None:
        return None
    return (kept.plainly() if job.plainly else kept).settle(job.ring)


def describe_engine(job: EngineJob, loaded: LoadedVQModel) -> dict[str, Any]:
    """What a replay must know to make the same samples again."""
    import torch

    return {
        "model": str(job.model),
        "name": loaded.metadata["name"],
        "codec_sha256": loaded.metadata["codec_sha256"],
        "vocoder": loaded.metadata.get("vocoder"),
        "level_labels": list(loaded.metadata["level_labels"]),
        "column_samples": loaded.column_samples,
        "torch": torch.__version__,
        "device": str(loaded.device),
        "threads": torch.get_num_threads(),
    }
