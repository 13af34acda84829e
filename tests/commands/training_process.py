"""Tiny trainings in processes of their own, which can be killed; see `tiny_training`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from distill_live.models.file.header import read_header
from tests.conftest import Folders
from tests.tools import read_line

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a run ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class TrainingProcess:
    """A process that has imported all it needs, and forks another one for every run."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "out", folder / "err"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.commands.tiny_training"],
            cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def train(self, folders: Folders, end: str, *arguments: object) -> Ended:
        """Run `train` until it is killed at `end`, or ends."""
        return self.run(folders, end, "train", *arguments)

    def run(self, folders: Folders, end: str, *arguments: object) -> Ended:
        """The same with any command."""
        order = {
            "arguments": [str(one) for one in arguments],
            "environment": {"XDG_DATA_HOME": str(folders.user.parents[1]), "KILLED_AT": end},
            "out": str(self._out),
            "err": str(self._err),
        }
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(read_line(self._process.stdout))
        return Ended(code, self._out.read_text(), self._err.read_text())


def epochs(output: str) -> list[str]:
    """The epochs that a run has told of."""
    return re.findall(r"^ +(\d+/\d+) ", output, re.MULTILINE)


def weights(model: Path) -> str:
    """The checksum of a model's weights."""
    return str(read_header(model).metadata["weights_sha256"])


def files_of(folders: Folders, name: str) -> list[str]:
    """The user's files with that in their names."""
    return sorted(path.name for path in folders.user.iterdir() if name in path.name)


def press_ctrl_c(*_: object) -> None:
    """Interrupt this process as Ctrl-C does; stands in for a method of the progress display."""
    signal.raise_signal(signal.SIGINT)
