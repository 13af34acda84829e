"""A real process that is told to go, without anybody waiting for it."""

import time
from collections.abc import Callable

import pytest

from distill_live.live.ipc.messages import Message, Notice, Request
from distill_live.live.server.worker import Worker
from distill_live.shared_memory import SharedArray
from tests.live.server import workers
from tests.live.server.test_supervisor import is_running
from tests.tools import wait_until


def started(target: Callable[..., None]) -> tuple[Worker, int]:
    """A worker that has given a sign of life, and its process id."""
    memory = SharedArray((2,), "f8")
    worker = Worker("engine", target, (memory,), lambda: memory.array[0])
    worker.start()
    wait_until(lambda: memory.array[1], "the first heartbeat")
    assert worker.pid is not None
    return worker, worker.pid


def test_a_worker_that_leaves_is_not_waited_for_and_ends_by_itself() -> None:
    worker, pid = started(workers.beat)
    worker.leave()
    assert is_running(pid)
    wait_until(lambda: worker.is_gone(60.0), "the worker to end")
    assert not is_running(pid)
    assert worker.is_gone(60.0)


def test_a_worker_that_does_not_leave_is_killed_after_the_grace() -> None:
    worker, pid = started(workers.deaf)
    worker.leave()
    left = time.monotonic()
    wait_until(lambda: worker.is_gone(0.5), "the worker to end")
    assert time.monotonic() - left >= 0.5
    assert not is_running(pid)


@pytest.mark.parametrize("target", [workers.beat, workers.deaf])
def test_a_worker_that_leaves_can_still_be_ended(target: Callable[..., None]) -> None:
    worker, pid = started(target)
    worker.leave()
    worker.end(0.2)
    assert not is_running(pid)
    assert worker.is_gone(0.0)


def test_after_a_flush_a_worker_has_been_sent_everything() -> None:
    worker, _ = started(workers.echo)
    for number in range(100):
        worker.send(Request(str(number)))
    worker.flush(60.0)
    assert worker._requests is not None
    assert worker._requests.empty()
    answers: list[Message] = []
    wait_until(lambda: answers.extend(worker.messages()) or len(answers) == 100, "the answers")
    worker.leave()
    worker.flush(60.0)


def test_a_worker_that_never_was_started_is_gone() -> None:
    worker = Worker("engine", workers.beat, (), lambda: 0.0)
    assert worker.is_gone(0.0)
    worker.leave()
    assert worker.is_gone(0.0)


def test_a_worker_whose_source_is_late_starts_then_and_gets_what_was_sent() -> None:
    source, memory = workers.LateSource(), SharedArray((2,), "f8")
    worker = Worker("engine", workers.echo, (memory,), lambda: memory.array[0], source)
    worker.start()
    worker.start_if_due()
    assert worker.is_planned
    assert (worker.pid, worker.failure()) == (None, None)
    worker.send(Request("hold"))
    source.imported = True
    worker.start_if_due()
    assert not worker.is_planned
    answers: list[Message] = []
    wait_until(lambda: answers.extend(worker.messages()) or answers, "the answer")
    assert answers == [Notice("hold")]
    assert worker.restarts == 0
    worker.end(60.0)


def test_a_worker_that_leaves_before_its_source_is_ready_never_starts() -> None:
    source = workers.LateSource()
    worker = Worker("engine", workers.beat, (), lambda: 0.0, source)
    worker.start()
    worker.leave()
    source.imported = True
    worker.start_if_due()
    assert worker.pid is None
    assert worker.is_gone(0.0)
