"""Servers with a library, sounds and a patch of their own, for tests of tabs that change them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from distill_live.audio.files import write_audio
from distill_live.models.file.header import rewrite_metadata
from tests.commands.server_process import OscClient, ServerProcess
from tests.tools import read_line

RATE = 48_000
#: How long a training or a generation may take on a busy machine, in milliseconds.
PATIENCE = 300_000

PATCH = """\
# For tests.
version: 1
name: workshop
map:
  - {from: {osc: /1/fader1}, to: temperature, range: [0.2, 1.8]}
  - {from: {cc: 7}, to: gain}
"""


@dataclass(frozen=True)
class Workshop:
    """A running server: where its page is, and its folder."""

    address: str
    folder: Path

    @property
    def models(self) -> Path:
        """The user's own models."""
        return self.folder / "data" / "distill-live" / "models"

    @property
    def patch(self) -> Path:
        """The patch in use, if it plays."""
        return self.folder / "workshop.yaml"


@dataclass(frozen=True)
class Stage(Workshop):
    """A workshop that plays, and a client that plays it over OSC."""

    osc: OscClient


@contextmanager
def open_workbench(folder: Path, model: Path) -> Iterator[Workshop]:
    """Serve a copy of a model, called tiny, without playing it.

    Its jobs need the fixture `warm`. Trainings take no time.
    """
    options = _furnish(folder, model)
    command = (sys.executable, "-m", "tests.web.page.tiny_workbench", "workbench", *options)
    process = subprocess.Popen(command, env=_environment(folder), text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Workshop(_address(read_line(process.stdout)), folder)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def open_stage(folder: Path, model: Path) -> Iterator[Stage]:
    """Play a copy of a model, called tiny, with a patch that may be changed."""
    options = _furnish(folder, model)
    (folder / "workshop.yaml").write_text(PATCH)
    own = ("--patch", str(folder / "workshop.yaml"), "--output", "clock")
    with ServerProcess("tiny", *own, *options, environment=_environment(folder)) as server:
        assert server.process.stdout is not None
        yield Stage(_address(read_line(server.process.stdout)), folder, server.osc)
        server.end()


def _furnish(folder: Path, model: Path) -> tuple[str, ...]:
    """Put a model into the library of a folder; returns the options of the server's folders."""
    models = folder / "data" / "distill-live" / "models"
    models.mkdir(parents=True)
    shutil.copyfile(model, models / "tiny.distill")
    describe_codebooks(models / "tiny.distill")
    return (
        "--web", "127.0.0.1:0", "--work", str(folder / "work"),
        "--recordings", str(folder / "recordings"),
    )  # fmt: skip


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "XDG_DATA_HOME": str(folder / "data")}


def _address(line: str) -> str:
    found = re.search(r"http://[\w.:]+", line)
    assert found is not None, line
    return found[0]


def describe_codebooks(model: Path) -> None:
    """Write into a model's header that Structure is healthy, and that code 3 of it occurs most."""
    counts = np.ones((3, 16), dtype=int)
    counts[0, 3], counts[1, 8:] = 50, 0
    health = [
        {"utilisation": 1.0, "perplexity": 14.0, "dead_codes": 0},
        {"utilisation": 0.4, "perplexity": 3.0, "dead_codes": 9},
        {"utilisation": 0.05, "perplexity": 1.0, "dead_codes": 15},
    ]
    rewrite_metadata(
        model, code_counts=counts.tolist(), codebook_health=health, dataset_files=["drum.wav"]
    )


def write_tones(folder: Path, count: int, seconds: float = 3.0) -> list[Path]:
    """Recordings of different pitches, with some noise in them."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0)
    time = np.arange(round(seconds * RATE)) / RATE
    paths = []
    for number in range(count):
        tone = 0.3 * np.sin(2 * np.pi * 110 * (number + 1) * time) * (1 + np.sin(6 * time)) / 2
        paths.append(folder / f"tone {number}.wav")
        sound = (tone + 0.01 * noise.standard_normal(len(time))).astype(np.float32)
        write_audio(paths[-1], sound, RATE, 16)
    return paths
