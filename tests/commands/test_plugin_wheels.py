"""Plugins from `plugins new`, built as wheels, installed into a fresh environment, and played."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.commands.server_process import ServerProcess, run_command
from tests.fresh_environment import FreshEnvironment, run
from tests.installed_plugin import environment_with
from tests.tools import wait_until

#: The kind of plugin, and its name.
PLUGINS = {"edit": "ripple", "input": "tide", "output": "wire"}


class Environment(FreshEnvironment):
    """An environment with one plugin of each kind, from its wheel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.projects = {name: folder / f"distill-live-{name}" for name in PLUGINS.values()}
        for kind, name in PLUGINS.items():
            made = run_command("plugins", "new", name, "--kind", kind, "--folder", str(folder))
            assert made.returncode == 0, made.stderr
        self.install(*self.projects.values())

    def run(self, *arguments: str, folder: Path | None = None) -> str:
        """The output of its Python."""
        return run(self.python, *arguments, folder=folder, environment=environment_with())


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("plugins"))


def test_they_are_listed_with_their_package_and_parameters(environment: Environment) -> None:
    shown = environment.run("-m", "distill_live", "plugins", "--json")
    listed = {one["name"]: one for one in json.loads(shown)}
    for kind, name in PLUGINS.items():
        one = listed[name]
        assert (one["kind"], one["origin"]) == (kind, f"distill-live-{name} 0.1.0")
        assert not one["error"]
    assert listed["ripple"]["parameters"] == ["edit/ripple/on", "edit/ripple/keep"]
    assert listed["wire"]["parameters"] == ["output/wire/port"]
    shown = environment.run("-m", "distill_live", "params")
    assert "/distill/input/tide/depth" in shown


def test_their_own_tests_pass(environment: Environment) -> None:
    folders = [str(project / "tests") for project in environment.projects.values()]
    shown = environment.run("-m", "pytest", "-q", "-rA", *folders, folder=environment.folder)
    for name in PLUGINS.values():
        assert re.search(rf"^PASSED .*/test_{name}\.py::", shown, re.MULTILINE), shown


def test_they_are_not_installed_where_nobody_installed_them() -> None:
    names = {one["name"] for one in json.loads(run_command("plugins", "--json").stdout)}
    assert not names & set(PLUGINS.values())


def test_they_play(environment: Environment, tiny_model_path: Path, tmp_path: Path) -> None:
    log = tmp_path / "session.log"
    arguments = (str(tiny_model_path), "--output", "wire", "--log", str(log))
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire,
        ServerProcess(
            *arguments, environment=environment_with(), python=str(environment.python)
        ) as server,
    ):
        assert "on UDP port 9100" in server.announcement
        hear_the_output(server, wire)
        hear_the_input(server)
        see_the_edit(server, log)
        assert server.end() == 0
        assert "is now off" not in server.errors
        assert "left out" not in server.errors


def hear_the_output(server: ServerProcess, wire: socket.socket) -> None:
    """The sound goes to the port that its parameter says, also when that changes."""
    wire.bind(("127.0.0.1", 0))
    wire.settimeout(20)
    server.osc.send("/distill/output/wire/port", wire.getsockname()[1])
    heard = [np.frombuffer(wire.recv(65_536), np.float32) for _ in range(50)]
    assert {len(block) for block in heard} == {256}
    assert np.abs(np.concatenate(heard)).max() > 0


def hear_the_input(server: ServerProcess) -> None:
    """The temperature moves by itself, until the input's depth is 0."""
    server.osc.send("/distill/input/tide/depth", 0.9)
    wait_until(lambda: server.osc.ask("/distill/get", "temperature") != [1.0], "the tide")
    server.osc.send("/distill/input/tide/depth", 0)
    assert server.osc.ask("/distill/get", "input/tide/depth") == [0.0]

    def stands_still() -> bool:
        server.osc.send("/distill/temperature", 1.5)
        answers = [server.osc.ask("/distill/get", "temperature") for _ in range(200)]
        return all(answer == [1.5] for answer in answers)

    wait_until(stands_still, "the tide to rest")


def see_the_edit(server: ServerProcess, log: Path) -> None:
    """Of four columns the first is played four times."""
    server.osc.send("/distill/edit/ripple/on", 1)
    wait_until(lambda: any(repeats(played(log))), "an edited column")


def played(log: Path) -> list[tuple[int, Any]]:
    """Every column that was played, with its codes where they are not as drawn."""
    lines = log.read_text().splitlines()[1:-1]
    entries = [json.loads(line) for line in lines]
    return [(one["column"], one["codes"]) for one in entries if one["op"] == "push"]


def repeats(columns: list[tuple[int, Any]]) -> list[int]:
    """The columns 4n + 3 that were edited to be as 4n + 1 and 4n + 2 were."""
    edited = dict(columns)
    return [
        column
        for column, codes in columns
        if column % 4 == 3
        and codes is not None
        and codes == edited.get(column - 1) == edited.get(column - 2)
    ]
