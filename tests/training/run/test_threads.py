from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import torch

from distill_live.training.run import threads
from distill_live.training.run.processes import Processes
from distill_live.training.run.threads import busy_cores, free_threads, share_cores


@pytest.fixture(autouse=True)
def two_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("OMP_NUM_THREADS")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("usual", "cores", "busy", "expected"),
    [
        (2, 2, 0.05, 2), (2, 2, 0.25, 1), (2, 2, 1.0, 1), (2, 2, 4.0, 1),
        (4, 8, 3.0, 4), (8, 8, 0.3, 7), (8, 8, 2.05, 6),
    ],
)  # fmt: skip
def test_threads_have_cores_to_themselves(
    usual: int, cores: int, busy: float, expected: int
) -> None:
    assert free_threads(usual, cores, busy) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how busy its cores are")
def test_a_busy_program_is_seen() -> None:
    loop = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
    with subprocess.Popen([sys.executable, "-c", loop]) as busy:
        try:
            assert busy_cores(1.0) > 0.5
        finally:
            busy.kill()


def test_a_training_beside_other_programs_takes_fewer_threads_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "busy_cores", lambda seconds: 1.0)
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 2)
    said = share_cores(Processes())
    assert torch.get_num_threads() == 1
    assert said.startswith(
        "other programs keep 1.0 cores busy, so training uses 1 of the usual 2 threads"
    )


def test_a_training_alone_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "busy_cores", lambda seconds: 0.0)
    assert (share_cores(Processes()), torch.get_num_threads()) == ("", 2)


def test_a_resumed_run_has_as_many_as_before() -> None:
    assert (share_cores(Processes(), earlier=3), torch.get_num_threads()) == ("", 3)


def test_the_users_own_number_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert (share_cores(Processes(), earlier=1), torch.get_num_threads()) == ("", 2)
