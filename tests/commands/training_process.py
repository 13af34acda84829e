"""Tiny trainings in processes of their own, which can be killed; see `tiny_training`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

from distill_live.models.file.header import read_header
from tests.conftest import Folders
from tests.warm import ROOT, WARM_TINY


class Ended(NamedTuple):
    """How a run ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def train(folders: Folders, end: str, *arguments: object) -> Ended:
    """Run `train` until it is killed at `end`, or ends; it needs the fixture `warm`."""
    return run(folders, end, "train", *arguments)


def run(folders: Folders, end: str, *arguments: object) -> Ended:
    """The same with any command."""
    ground = {"XDG_DATA_HOME": str(folders.user.parents[1]), "KILLED_AT": end}
    done = subprocess.run(
        [*WARM_TINY, *map(str, arguments)], cwd=ROOT, env=os.environ | ground, text=True,
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


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
