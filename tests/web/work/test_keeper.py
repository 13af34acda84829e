"""What keeps a job's command company: real processes, with commands that need no time."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from distill_live import priority
from distill_live.errors import RequestError
from distill_live.web.work import keeper
from distill_live.web.work.lock import is_locked
from tests.tools import wait_until

#: Says who it is, then waits to be stopped.
WAIT = """
import json, os, pathlib, sys, time
told = {"pid": os.getpid(), "session": os.getsid(0), "nice": os.nice(0)}
pathlib.Path(sys.argv[1], "told.json").write_text(json.dumps(told))
try:
    time.sleep(600)
except KeyboardInterrupt:
    sys.exit("interrupted")
"""


def launch(folder: Path, code: str) -> None:
    keeper.launch(folder, [sys.executable, "-c", code, str(folder)])


def result(folder: Path) -> dict[str, Any]:
    """How the command has ended, once it has."""
    path = folder / keeper.RESULT
    wait_until(path.exists, "the end of a command")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def told(folder: Path) -> dict[str, int]:
    path = folder / "told.json"
    wait_until(lambda: path.exists() and path.read_text().endswith("}"), "a command that runs")
    found: dict[str, int] = json.loads(path.read_text())
    return found


def test_what_a_command_says_and_how_it_ends_is_kept(tmp_path: Path) -> None:
    launch(tmp_path, "import sys; print('out'); sys.exit('error: no such thing')")
    assert result(tmp_path)["code"] == 1
    assert (tmp_path / keeper.OUTPUT).read_text() == "out\n"
    assert (tmp_path / keeper.ERRORS).read_text() == "error: no such thing\n"
    wait_until(lambda: not is_locked(tmp_path / keeper.LOCK), "the lock to be free")


def test_a_command_runs_in_a_session_of_its_own_behind_other_programs(tmp_path: Path) -> None:
    launch(tmp_path, WAIT)
    assert is_locked(tmp_path / keeper.LOCK), "it is not running when launch returns"
    found = told(tmp_path)
    assert found["session"] not in (os.getsid(0), found["pid"])
    assert found["nice"] >= priority.OFFLINE_NICE
    (tmp_path / keeper.STOP).write_text(keeper.KILL)
    assert result(tmp_path)["code"] == -signal.SIGKILL


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN])
def test_stopping_is_ctrl_c_whatever_the_server_does_with_that(
    tmp_path: Path, inherited: signal.Handlers
) -> None:
    before = signal.signal(signal.SIGINT, inherited)
    try:
        launch(tmp_path, WAIT)
    finally:
        signal.signal(signal.SIGINT, before)
    told(tmp_path)
    (tmp_path / keeper.STOP).write_text(keeper.KEEP)
    assert result(tmp_path)["stop"] == keeper.KEEP
    assert (tmp_path / keeper.ERRORS).read_text() == "interrupted\n"


def test_a_command_that_takes_its_time_to_stop_can_still_be_killed(tmp_path: Path) -> None:
    launch(tmp_path, f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN){WAIT}")
    told(tmp_path)
    for how in (keeper.KEEP, keeper.KILL):
        (tmp_path / keeper.STOP).write_text(how)
    assert result(tmp_path)["code"] == -signal.SIGKILL


def test_a_command_that_cannot_be_started_is_reported(tmp_path: Path) -> None:
    launch(tmp_path, WAIT)
    told(tmp_path)
    with pytest.raises(RequestError, match="cannot start the job"):
        launch(tmp_path, WAIT)
    (tmp_path / keeper.STOP).write_text(keeper.KILL)
    result(tmp_path)


def test_the_lock_is_held_by_the_command_too(tmp_path: Path) -> None:
    launch(tmp_path, WAIT)
    command = told(tmp_path)["pid"]
    parent = int(Path(f"/proc/{command}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{parent}/cmdline").exists() or not
               Path(f"/proc/{parent}/cmdline").read_bytes(), "the end of the keeper")  # fmt: skip
    assert is_locked(tmp_path / keeper.LOCK)
    os.kill(command, signal.SIGKILL)
    wait_until(lambda: not is_locked(tmp_path / keeper.LOCK), "the lock to be free")
