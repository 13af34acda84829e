"""The engine's process. This module imports without torch, so that control can name it."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from distill_live.live.ring import AudioRing
from distill_live.live.status import LiveStatus
from distill_live.live.worker_process import run_worker
from distill_live.parameters import ParameterStore


@dataclass(frozen=True)
class EngineSettings:
    """How far ahead the engine works; lengths in samples at 48 kHz unless they say otherwise."""

    #: Sound kept in the ring ahead of what is heard, so that a stall of the engine is not heard.
    ring_lead: int = 36_000
    #: Columns sampled but not decoded.
    lookahead: int = 6
    #: How soon a new future may begin: about what is heard while it is made.
    guard: int = 1_440
    #: Sound that a new future must hold before it is published.
    future_lead: int = 9_600
    #: Cross-fade between an old and a new future.
    fade: int = 480
    #: Longest wait between two looks at requests and parameters, in seconds.
    idle_seconds: float = 0.004
    #: CPU threads of torch.
    threads: int = 1


def run_engine(
    channel: Connection,
    model: Path,
    device: str,
    ring: AudioRing,
    parameters: ParameterStore,
    status: LiveStatus,
    settings: EngineSettings,
) -> None:
    """The engine process: load, say so, play until the channel closes.

    Sends ("ready", model name) or ("failed", why); takes ("drop_future",).
    """
    run_worker(
        channel,
        lambda: _play(channel, model, device, ring, parameters, status, settings),
    )


def _play(
    channel: Connection,
    model: Path,
    device: str,
    ring: AudioRing,
    parameters: ParameterStore,
    status: LiveStatus,
    settings: EngineSettings,
) -> None:
    import torch  # here, so that control can import this module without torch

    from distill_live.live.engine import Engine
    from distill_live.models.devices import pick_device
    from distill_live.models.persistence import load_model_v2

    torch.set_num_threads(settings.threads)
    loaded = load_model_v2(model, pick_device(device))
    with torch.inference_mode():
        engine = Engine(loaded, ring, parameters, status, settings)
        gc.collect()
        gc.freeze()
        status.add("engine_starts")
        channel.send(("ready", loaded.metadata["name"]))
        requests = {"drop_future": engine.drop_future}
        busy = True
        while True:
            while channel.poll(0.0 if busy else settings.idle_seconds):
                name, *arguments = channel.recv()
                requests[name](*arguments)
                busy = True
            busy = engine.turn()
