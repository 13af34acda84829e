"""The engine's process. This module does not import torch, so that control can refer to it."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live.errors import CodesError
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.wiring import Beginning, EngineMemory, EngineReports
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.messages import (
    Captured,
    DeviceChosen,
    DeviceFailed,
    EditFailed,
    EngineReady,
    Notice,
    OverlayRefused,
    PartnerCodes,
    Request,
    RequestDone,
)
from distill_live.live.ipc.shared_codes import SharedCodes
from distill_live.live.ipc.worker_process import poller, run_worker
from distill_live.priority import raise_engine

if TYPE_CHECKING:
    from distill_live.live.engine.engine import Engine
    from distill_live.models.file.loaded import LoadedVQModel


@dataclass(frozen=True)
class EngineJob:
    """What an engine's process works on: a model, a device, and the memory that it shares.

    `plainly`: it continues without the hold or the loop in which earlier engines have failed.
    `partners` are the clips that it plays together with the stream, `order` is that of the edits,
    by name.
    """

    model: Path
    device: str
    memory: EngineMemory
    settings: EngineSettings
    plainly: bool = False
    partners: tuple[PartnerCodes, ...] = ()
    order: tuple[str, ...] = ()


def run_engine(channel: Connection, job: EngineJob) -> None:
    """The engine process: load, say so, play until the channel closes.

    Sends `DeviceChosen`, `EngineReady`, `Notice`, `EditFailed`, `RequestDone`, what EditReport
    lists, `Captured`, `DeviceFailed` and `Failed`; takes `Request`.
    """
    run_worker(channel, lambda: _play_or_blame(channel, job))


def _play_or_blame(channel: Connection, job: EngineJob) -> None:
    try:
        _play(channel, job)
    except Exception as error:
        from distill_live.models.devices import is_device_failure

        if is_device_failure(error):
            channel.send(DeviceFailed())
        raise


def _play(channel: Connection, job: EngineJob) -> None:
    import torch  # Here, so that control can import this module without torch.

    from distill_live.codes.edit import load_edits_again
    from distill_live.live.engine.engine import Engine
    from distill_live.models.devices import pick_device
    from distill_live.models.file.persistence import load_model_v2

    torch.set_num_threads(job.settings.threads)
    device = pick_device(job.device)
    channel.send(DeviceChosen(device.type))
    loaded = load_model_v2(job.model, device)
    # Read once: another process may be reading the ring.
    beginning = _beginning(job)
    Journal(job.memory.journal).note(
        "engine",
        position=beginning.position,
        continues=beginning.before is not None,
        **describe_engine(job, loaded),
    )
    reports = EngineReports(
        say=lambda line: channel.send(Notice(line)),
        on_edit_failure=lambda switch, text: channel.send(EditFailed(switch, text)),
        on_capture=lambda number, codes: channel.send(Captured(number, codes)),
        on_edit_report=channel.send,
        on_done=channel.send,
    )
    if loaded.grains_problem:
        reports.say(f"plays without its grains: {loaded.grains_problem}")
    edits = load_edits_again(job.memory.parameters.table, reports.say)
    with torch.inference_mode():
        partners = [(one.slot, one.name, one.codes.read()) for one in job.partners if one.codes]
        engine = Engine(
            loaded, job.memory, job.settings, beginning, edits, reports, partners=partners
        )
        if job.order:
            engine.carry_out("order", (job.order,))
        for one in job.partners:
            if one.codes is None:
                engine.partners.put(one.slot, one.name, None)
        gc.collect()
        gc.freeze()
        # Only now: a model that is still loading must not slow down the one that plays.
        job.memory.status["raised"] = not job.settings.patient and raise_engine()
        channel.send(EngineReady(loaded.metadata["name"], loaded.blank_grid))
        _play_until_closed(channel, engine, job.settings.idle_seconds)


def _play_until_closed(channel: Connection, engine: Engine, idle_seconds: float) -> None:
    """Carry out requests and let the engine work; raises EOFError when the channel closes."""
    busy, poll = True, poller(channel)
    while True:
        while poll(0.0 if busy else idle_seconds):
            _carry_out(channel.recv(), engine, channel)
            busy = True
        busy = engine.turn()


def _carry_out(request: Request, engine: Engine, channel: Connection) -> None:
    """Call the engine's method that is asked for."""
    try:
        arguments = [one.read() if isinstance(one, SharedCodes) else one
                     for one in request.arguments]  # fmt: skip
    except CodesError as error:
        if request.name == "region":
            channel.send(OverlayRefused(request.arguments[0], str(error)))
        elif request.asked is not None:
            channel.send(RequestDone(request.asked, str(error)))
        else:
            channel.send(Notice(f"{request.name}: {error}"))
        return
    engine.carry_out(request.name, arguments, request.asked)


def _beginning(job: EngineJob) -> Beginning:
    """Where the engine before left off, if there was one, else at the next sample to be heard."""
    ring, keepsake = job.memory.ring, job.memory.keepsake
    kept = keepsake.read(ring) if keepsake else None
    if kept is None:
        return Beginning(ring.read_position)
    return Beginning.after((kept.plainly() if job.plainly else kept).settle(ring))


def describe_engine(job: EngineJob, loaded: LoadedVQModel) -> dict[str, Any]:
    """What a replay needs to know to make the same samples again."""
    import torch

    return {
        "model": str(job.model),
        "name": loaded.metadata["name"],
        "codec_sha256": loaded.metadata["codec_sha256"],
        "vocoder": loaded.metadata.get("vocoder"),
        "clarity": list(loaded.clarity.gains),
        "grains": loaded.grains.sha256 if loaded.grains else None,
        "level_labels": list(loaded.metadata["level_labels"]),
        "column_samples": loaded.column_samples,
        "torch": torch.__version__,
        "device": str(loaded.device),
        "threads": torch.get_num_threads(),
    }
