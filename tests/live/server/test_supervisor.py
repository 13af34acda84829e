"""Real processes are started, killed and hung."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from distill_live.errors import LiveError
from distill_live.live.ipc.messages import Failed, Message, Notice, Request
from distill_live.live.server.supervisor import Supervisor
from distill_live.live.server.worker import Worker, WorkerFailure
from distill_live.shared_memory import SharedArray
from tests.live.server import workers
from tests.tools import read_line, wait_until


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if os.name == "posix" else True


class Rig:
    def __init__(self, target: Callable[..., None] = workers.beat) -> None:
        self.memory = SharedArray((2,), "f8")
        self.source = workers.LateSource(imported=True)
        self.worker = Worker(
            "engine", target, (self.memory,), lambda: self.memory.array[0], self.source
        )
        self.worker.patience = 1.0
        self.failures: list[WorkerFailure] = []
        self.said: list[Message] = []
        self.supervisor = Supervisor(
            self.worker,
            on_message=lambda _, message: self.said.append(message),
            on_failure=lambda _, failure: self.failures.append(failure),
            on_hopeless=self.give_up,
        )

    def give_up(self, worker: Worker) -> None:
        raise LiveError(f"{worker.name} is hopeless")

    def beating(self) -> bool:
        self.supervisor.poll()
        return bool(self.memory.array[1] == self.worker.pid)

    def __enter__(self) -> "Rig":
        self.supervisor.start()
        wait_until(self.beating, "the first heartbeat")
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.end()


def test_a_killed_worker_is_started_again() -> None:
    with Rig() as rig:
        first = rig.worker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: rig.beating() and rig.worker.pid != first, "a new worker")
        assert rig.failures == [WorkerFailure("ended with exit code -9", crashed=True)]
        assert rig.worker.restarts == 1


def test_a_worker_that_is_done_is_not_started_again() -> None:
    with Rig() as rig:
        rig.worker.done = True
        first = rig.worker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not is_running(first), "the worker to end")
        for _ in range(10):
            rig.supervisor.poll()
        assert (rig.worker.pid, rig.worker.restarts, rig.failures) == (first, 0, [])


def test_requests_to_a_worker_that_hangs_do_not_wait() -> None:
    with Rig() as rig:
        assert rig.worker.pid is not None
        os.kill(rig.worker.pid, signal.SIGSTOP)
        for number in range(10_000):
            rig.worker.send(Request("rewind", (number,)))
        os.kill(rig.worker.pid, signal.SIGKILL)


def test_a_hung_worker_is_replaced() -> None:
    with Rig() as rig:
        first = rig.worker.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        wait_until(lambda: rig.beating() and rig.worker.pid != first, "a new worker")
        [failure] = rig.failures
        assert failure.crashed and failure.reason.startswith("did not respond for")
        assert not is_running(first)


def test_ending_leaves_no_process() -> None:
    with Rig() as rig:
        pid = rig.worker.pid
    assert pid is not None and not is_running(pid)


def test_a_worker_that_cannot_start_is_given_up() -> None:
    rig = Rig(workers.fail)
    rig.supervisor.start()

    def poll_for_ever() -> bool:
        rig.supervisor.poll()
        return False

    with pytest.raises(LiveError, match="engine is hopeless"):
        wait_until(poll_for_ever, "the supervisor to give up")
    assert rig.failures == [WorkerFailure("ended with exit code 7")] * 3
    rig.supervisor.end()


def test_messages_arrive_and_requests_are_taken() -> None:
    with Rig(workers.echo) as rig:
        rig.worker.send(Request("hold"))
        wait_until(lambda: rig.beating() and rig.said, "the echo")
        assert rig.said == [Notice("hold")]


@pytest.mark.parametrize("how", ["beat", "deaf"])
def test_workers_end_when_their_parent_is_killed(how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.live.server.workers", how], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(read_line(parent.stdout))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_running(child), "the worker to end")


def test_what_is_asked_of_a_worker_that_is_being_replaced_is_asked_of_the_next() -> None:
    with Rig(workers.echo) as rig:
        first = rig.worker.pid
        assert first is not None
        rig.source.imported = False
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: rig.supervisor.poll() or rig.worker.is_planned, "the failure to be seen")
        rig.worker.send(Request("release"))
        rig.source.imported = True
        wait_until(lambda: rig.beating() and rig.said, "the echo")
        assert rig.worker.pid != first
        assert rig.said == [Notice("release")]


def test_a_worker_that_is_given_up_is_started_again_only_when_it_is_taken_up() -> None:
    with Rig() as rig:
        first = rig.worker.pid
        assert first is not None
        rig.source.imported = False
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: rig.supervisor.poll() or rig.worker.is_planned, "the failure to be seen")
        rig.worker.give_up()
        rig.source.imported = True
        for _ in range(50):
            rig.supervisor.poll()
        assert rig.worker.restarts == 0
        rig.worker.take_up()
        wait_until(lambda: rig.beating() and rig.worker.pid != first, "a new worker")


def test_a_worker_that_raises_says_why_and_ends_with_exit_code_1() -> None:
    with Rig(workers.burst) as rig:
        wait_until(lambda: rig.supervisor.poll() or rig.failures, "the failure")
        assert rig.said[0] == Failed("RuntimeError: burst")
        assert rig.failures[0] == WorkerFailure("ended with exit code 1")
