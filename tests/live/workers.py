"""Workers for the supervisor's tests; run as a module it is a parent that can be killed."""

import os
import sys
import time
from multiprocessing.connection import Connection

from distill_live.live.engine_process import EngineJob
from distill_live.live.worker import Worker
from distill_live.live.worker_process import run_worker
from distill_live.shared_memory import SharedArray


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
                channel.send(channel.recv())
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
    job.status.beat("engine_beat")
    job.status["position"] = 48_000


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
