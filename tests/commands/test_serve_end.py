"""How a server ends, and what it has printed by then."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import NamedTuple

import pytest

from distill_live.priority import ENGINE_NICE
from tests.commands.server_process import ServerProcess, plain_server
from tests.commands.test_serve import CLOCK, assert_nothing_is_left
from tests.tools import read_line


class Stopped(NamedTuple):
    """A server that Ctrl-C has ended: what it printed, and what its processes were like."""

    lines: list[str]
    errors: str
    code: int
    processes: list[int]
    policies: set[int]
    nices: set[int]


@pytest.fixture(scope="module")
def stopped(calm_model_path: Path) -> Stopped:
    arguments = (str(calm_model_path), *CLOCK, "--patch", "keyboard", "--web", "off")
    with plain_server(*arguments) as server:
        assert server.process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("patch "):
            lines.append(read_line(server.process.stdout))
            assert lines[-1], "it has ended"
        children = server.children()
        policies = {os.sched_getscheduler(pid) & os.SCHED_RR for pid in children}
        nices = {os.getpriority(os.PRIO_PROCESS, pid) for pid in children}
        server.process.send_signal(signal.SIGINT)
        lines += server.process.stdout.readlines()
        code = server.process.wait(30)
    processes = [*children, server.process.pid]
    return Stopped(lines, server.errors, code, processes, policies, nices)


def test_ctrl_c_stops_it_cleanly(stopped: Stopped) -> None:
    assert (stopped.code, stopped.lines[-1]) == (0, "stopped\n")
    assert "Traceback" not in stopped.errors
    assert_nothing_is_left(stopped.processes)


def test_the_first_line_says_at_once_that_it_loads_the_model(
    stopped: Stopped, calm_model_path: Path
) -> None:
    assert stopped.errors.splitlines()[0] == f"loading {calm_model_path.stem}"


def test_one_line_says_which_priority_the_sound_has_and_it_is_so(stopped: Stopped) -> None:
    line = stopped.lines[0]
    assert line.startswith("priority: ")
    assert ("the sound runs in real time" in line) == (os.SCHED_RR in stopped.policies)
    assert ("ahead of other programs" in line) == (min(stopped.nices) == ENGINE_NICE)


def test_it_names_its_patch(stopped: Stopped) -> None:
    [line] = [line for line in stopped.lines if line.startswith("patch ")]
    assert re.fullmatch(r"patch .*: \d+ mappings?, \d+ presets?\n", line)


def test_without_the_web_it_names_no_address(stopped: Stopped) -> None:
    assert not [line for line in stopped.lines if "http" in line]


def test_when_control_is_killed_all_end(calm_model_path: Path) -> None:
    with plain_server(str(calm_model_path), *CLOCK) as server:
        everything = [*server.children(), server.process.pid]
        assert len(everything) >= 3
        server.process.kill()
        server.process.wait()
        assert_nothing_is_left(everything)


def test_it_stops_on_sigint_when_it_was_started_in_the_background(calm_model_path: Path) -> None:
    # A job in the background of a script starts with SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with plain_server(str(calm_model_path), *CLOCK) as server:
            assert server.end(signal.SIGINT) == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_duration_ends_it_also_while_it_is_stopped(calm_model_path: Path) -> None:
    with ServerProcess(str(calm_model_path), *CLOCK, "--duration", "2") as server:
        server.osc.send("/distill/stop")
        assert server.process.wait(60) == 0
