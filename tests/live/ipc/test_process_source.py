"""Real processes, from a fork server and without one."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from distill_live.commands.serving.torch_processes import MODULES
from distill_live.live.ipc.process_source import FRESH, warm_processes
from tests.commands.server_process import is_running
from tests.live.ipc import warm_program
from tests.tools import read_line, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

ROOT = Path(__file__).parents[3]


def program(name: str) -> list[str]:
    return [sys.executable, "-m", "tests.live.ipc.warm_program", name]


def output_of(name: str) -> list[str]:
    done = subprocess.run(
        program(name), cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_fresh_process_has_imported_nothing_and_gets_no_stop_signal() -> None:
    assert FRESH.ready()
    imported, blocked, parent = warm_program.ask(FRESH)
    assert (imported, blocked, parent) == (False, True, os.getpid())


def test_a_fork_has_imported_the_modules_and_gets_no_stop_signal() -> None:
    assert output_of("forks") == ["True True True"]


def test_when_the_fork_server_is_killed_another_takes_its_place() -> None:
    assert output_of("killed") == ["255", "True True"]


def test_where_the_modules_cannot_be_imported_processes_are_fresh() -> None:
    assert output_of("broken") == ["False True True"]


def test_where_the_fork_server_hangs_a_process_is_fresh() -> None:
    assert output_of("hung") == ["False True True"]


def test_where_the_import_takes_too_long_processes_are_fresh() -> None:
    assert output_of("endless") == ["True False True True"]


def test_processes_of_serve_have_torch_without_threads_and_without_a_gpu() -> None:
    assert output_of("served") == ["True 1"]


@pytest.mark.parametrize("name", MODULES)
def test_what_the_fork_server_imports_is_there(name: str) -> None:
    # The fork server says nothing when a module is missing.
    importlib.import_module(name)


def test_a_program_that_ends_does_not_wait_for_the_import() -> None:
    # Its output stays open as long as the fork server runs.
    assert output_of("leaves") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_when_the_program_is_killed_all_end_and_no_file_is_left(
    number: signal.Signals, tmp_path: Path
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        program("stays"), cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    ids = list(map(int, read_line(process.stdout).split()))
    assert all(map(is_running, ids))
    assert list(tmp_path.iterdir())
    process.send_signal(number)
    process.wait()
    process.stdout.close()
    wait_until(lambda: not any(map(is_running, ids)), "the end of all processes")
    wait_until(lambda: not list(tmp_path.iterdir()), "an empty folder")


def test_elsewhere_processes_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert warm_processes(["mailbox"]) is FRESH
