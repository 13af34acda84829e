"""The real listener process, with a tiny model."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from distill_live.live.ipc.heard_columns import Heard
from distill_live.live.ipc.listening_memory import ListeningMemory
from distill_live.live.ipc.messages import Request
from distill_live.live.listening.process import ListenerJob, run_listener
from distill_live.models.file.loaded import LoadedVQModel
from tests.tools import wait_until


@contextmanager
def listener(job: ListenerJob) -> Iterator[Connection]:
    """The process, once it works, and the connection to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=run_listener, args=(theirs, job))
    process.start()
    theirs.close()
    try:
        wait_until(lambda: job.memory.status["listener_beat"], "the listener")
        yield ours
    finally:
        ours.close()
        process.join(60)
        assert process.exitcode == 0


def read(job: ListenerJob, loaded: LoadedVQModel) -> Heard | None:
    return job.memory.columns.read(100, loaded.metadata["codec_sha256"])


def test_the_listener_encodes_while_it_is_wanted_with_the_model_in_play(
    tiny_model_path: Path,
    tiny_model: LoadedVQModel,
    tiny_two_levels_path: Path,
    tiny_two_levels: LoadedVQModel,
) -> None:
    job = ListenerJob(tiny_model_path, ListeningMemory())
    sound = np.random.default_rng(0).standard_normal(9 * 4_096).astype(np.float32) * 0.1
    with listener(job) as channel:
        job.memory.tap.write(sound)
        job.memory.status["on"] = 1
        version = job.memory.columns.version
        wait_until(lambda: job.memory.columns.version != version, "the listener's beginning")
        assert read(job, tiny_model) is None
        job.memory.tap.write(sound)
        wait_until(lambda: (h := read(job, tiny_model)) and len(h.codes) == 8, "eight columns")
        heard = read(job, tiny_model)
        assert heard is not None and heard.codes.shape == (8, 8, 3)
        assert (np.abs(heard.loudness + 20) < 1).all()

        channel.send(Request("model", (tiny_two_levels_path,)))
        wait_until(lambda: read(job, tiny_model) is None, "another model")

        def play() -> bool:
            job.memory.tap.write(sound)
            found = read(job, tiny_two_levels)
            return found is not None and found.codes.shape[1:] == (4, 2)

        wait_until(play, "columns of the other model")
        job.memory.status["on"] = 0
        wait_until(lambda: read(job, tiny_two_levels) is None, "the end")
