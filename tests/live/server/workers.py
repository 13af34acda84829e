"""Workers for the supervisor's tests; run as a module it is a parent that can be killed."""

import os
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from distill_live.live.engine.process import EngineJob, run_engine
from distill_live.live.ipc.messages import Notice
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.live.ipc.worker_process import run_worker
from distill_live.live.server.worker import Worker
from distill_live.shared_memory import SharedArray


class LateSource:
    """Processes of another source, which is ready while it is told so."""

    def __init__(self, source: ProcessSource = FRESH, imported: bool = False) -> None:
        self._source, self.imported = source, imported

    def ready(self) -> bool:
        return self.imported and self._source.ready()

    def start(self, name: str, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        return self._source.start(name, target, *arguments)


def beat(channel: Connection, memory: SharedArray) -> None:
    def work() -> None:
        while not channel.poll(0.02):
            memory.array[:] = (time.monotonic(), os.getpid())
        channel.recv()

    run_worker(channel, work)


def deaf(channel: Connection, memory: SharedArray) -> None:
    def work() -> None:
        while True:
            memory.array[:] = (time.monotonic(), os.getpid())
            time.sleep(0.02)

    run_worker(channel, work)


def echo(channel: Connection, memory: SharedArray) -> None:
    try:
        while True:
            memory.array[:] = (time.monotonic(), os.getpid())
            if channel.poll(0.02):
                channel.send(Notice(channel.recv().name))
    except EOFError:
        return


def engine(channel: Connection, job: EngineJob) -> None:
    """An engine that has made a second of sound."""

    def work() -> None:
        while not channel.poll(0.02):
            _show_sound(job)
        channel.recv()

    run_worker(channel, work)


def deaf_engine(channel: Connection, job: EngineJob) -> None:
    """The same, but it does not end when its channel closes."""
    while True:
        _show_sound(job)
        time.sleep(0.02)


def _show_sound(job: EngineJob) -> None:
    job.memory.status.beat("engine_beat")
    job.memory.status["position"] = 48_000


def struck_engine(channel: Connection, job: EngineJob) -> None:
    """A real engine, whose first one raises in the middle of the second second."""

    def strike(column: int) -> None:
        struck = job.model.with_suffix(".struck")
        if column >= 12 and not struck.exists():
            struck.touch()
            raise RuntimeError("struck by lightning")

    _play_with(channel, job, strike)


def bad_engine(channel: Connection, job: EngineJob) -> None:
    """A real engine, which raises again and again with the model called "bad"."""
    began: list[int] = []

    def strike(column: int) -> None:
        began.append(column)
        if job.model.stem == "bad" and column >= began[0] + 8:
            raise RuntimeError("the model is bad")

    _play_with(channel, job, strike)


def stillborn_engine(channel: Connection, job: EngineJob) -> None:
    """A real engine, which raises before it has played anything."""

    def strike(column: int) -> None:
        raise RuntimeError("no first breath")

    _play_with(channel, job, strike)


def driverless_engine(channel: Connection, job: EngineJob) -> None:
    """A real engine where torch believes in a GPU, and no driver answers."""
    import torch

    torch.cuda.is_available = lambda: True
    run_engine(channel, job)


def overheated_engine(channel: Connection, job: EngineJob) -> None:
    """A real engine with a GPU that computes (it is the CPU) until its driver gives up."""
    import torch

    from distill_live.models.file import persistence

    load = persistence.load_model_v2
    torch.cuda.is_available = lambda: True
    persistence.load_model_v2 = lambda path, device: load(path, torch.device("cpu"))

    def strike(column: int) -> None:
        if job.device == "cuda" and column >= 12:
            raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    _play_with(channel, job, strike)


def _play_with(channel: Connection, job: EngineJob, strike: Callable[[int], None]) -> None:
    """A real engine that calls `strike` with the column that sounds at the end of each turn."""
    from distill_live.live.engine.engine import Engine

    turn = Engine.turn

    def turn_and_strike(engine: Engine) -> bool:
        busy = turn(engine)
        strike(int(job.memory.status["column"]))
        return busy

    Engine.turn = turn_and_strike  # type: ignore[method-assign]
    run_engine(channel, job)


def burst(channel: Connection, memory: SharedArray) -> None:
    """Gives one sign of life, then raises."""

    def work() -> None:
        memory.array[:] = (time.monotonic(), os.getpid())
        time.sleep(0.2)
        raise RuntimeError("burst")

    run_worker(channel, work)


def fail(channel: Connection, memory: SharedArray) -> None:
    sys.exit(7)


if __name__ == "__main__":
    shared = SharedArray((2,), "f8")
    target = {"beat": beat, "deaf": deaf}[sys.argv[1]]
    worker = Worker("engine", target, (shared,), lambda: shared.array[0])
    worker.start()
    while not shared.array[1]:
        time.sleep(0.02)
    print(worker.pid, flush=True)
    time.sleep(60)
