"""The servers that most tests use start as forks of a process that has imported torch."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.commands.server_process import ServerProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has forks of it")


def test_their_engines_are_forks_of_it_too(calm_model_path: Path) -> None:
    with ServerProcess(str(calm_model_path), "--output", "clock") as server:
        engine = server.child("engine")
        command = Path(f"/proc/{engine}/cmdline").read_bytes()
        server.end()
    # What is started afresh has a command line of its own.
    assert b"tests.warm" in command
