"""How long an epoch of the codec takes: alone, beside other programs, and on two devices.

    python -m tests.benchmarks.training_speed FOLDER [--cases alone busy ...] [--rounds 3]

Runs `distill-live train` itself, with the default settings, on two cores (`--cores 0,1`), and times
the epochs between its first line and its last. Cases:

    alone      nothing beside it
    busy       beside one busy program
    trainings  beside two other trainings
    serve      beside a server that plays the demo model into a sound card in software
    devices    one process with a thread, one with two, and two processes with a thread each

All but `devices` are run in turns with threads that spin as long as OpenMP lets them by itself
(`long`) and as the commands set it (`brief`). With `serve`, the recording is compared with the
session log: `missing` and `extra` samples, and what the server itself has counted. Prints a line of
JSON for each run, and the medians. The computer should have nothing else to do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.live_abuse import same_samples, silences
from tests.benchmarks.live_rig import LiveRig
from tests.sound_card import SoundCard

CASES = ("alone", "busy", "trainings", "serve", "devices")

#: What the first is to GNU's OpenMP and the second to LLVM's and Intel's, unless they are told.
SPINNING = {
    "long": {"GOMP_SPINCOUNT": "300000", "KMP_BLOCKTIME": "200"},
    "brief": {},
}
DEVICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "one, one thread": ("1", ()),
    "one, two threads": ("2", ()),
    "two, one thread each": ("1", ("--accelerator", "cpu", "--devices", "2")),
}
_SPIN = "import sys, time\nend = time.monotonic() + 3600\nwhile time.monotonic() < end: pass"


class Training:
    """`with Training(...)`: a training of the codec that ends with the block."""

    def __init__(
        self, folder: Path, epochs: int, environment: dict[str, str], *options: str
    ) -> None:
        self._data = tempfile.TemporaryDirectory(prefix="training")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "distill_live", "train", str(folder), "--name", "measured",
             "--no-prior", "--codec-epochs", str(epochs), *options],
            env={**os.environ, "XDG_DATA_HOME": self._data.name, "PYTHONUNBUFFERED": "1",
                 **environment},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._epochs = epochs

    def __enter__(self) -> Training:
        return self

    def epoch(self, number: int) -> float:
        """Wait for the line of an epoch; when it came, in seconds of time.monotonic()."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.lstrip().startswith(f"{number}/{self._epochs} "):
                return time.monotonic()
        raise RuntimeError("the training has ended")

    def seconds_per_epoch(self) -> float:
        """Seconds per epoch, without the first."""
        first = self.epoch(1)
        return (self.epoch(self._epochs) - first) / (self._epochs - 1)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()
        self._data.cleanup()


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """A program that computes and never waits."""
    process = subprocess.Popen([sys.executable, "-c", _SPIN])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def beside(case: str, folder: Path, epochs: int, environment: dict[str, str]) -> dict[str, Any]:
    """Train beside what a case says; seconds per epoch, and what became of the other."""
    with contextlib.ExitStack() as others:
        rig = None
        if case == "busy":
            others.enter_context(busy())
        elif case == "trainings":
            for other in [Training(folder, 999, environment) for _ in range(2)]:
                others.enter_context(other).epoch(1)
        elif case == "serve":
            card = others.enter_context(SoundCard())
            rig = others.enter_context(LiveRig(card, seconds=3600, latency="100"))
        with Training(folder, epochs, environment) as training:
            seconds = training.seconds_per_epoch()
        if rig is None:
            return {"epoch_seconds": seconds}
        ended = rig.finish()
        return {"epoch_seconds": seconds, **same_samples(rig), **silences(rig), **ended}


def on_devices(folder: Path, epochs: int, kind: str) -> dict[str, Any]:
    threads, options = DEVICES[kind]
    with Training(folder, epochs, {"OMP_NUM_THREADS": threads}, *options) as training:
        return {"epoch_seconds": training.seconds_per_epoch()}


def runs(case: str, options: argparse.Namespace) -> Iterator[tuple[str, dict[str, Any]]]:
    """All runs of a case, its kinds in turns."""
    for _ in range(options.rounds):
        if case == "devices":
            for kind in DEVICES:
                yield kind, on_devices(options.folder, options.epochs, kind)
        else:
            for kind in options.spinning:
                yield kind, beside(case, options.folder, options.epochs, SPINNING[kind])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=CASES)
    parser.add_argument("--spinning", nargs="*", default=list(SPINNING), choices=list(SPINNING))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--cores", default="0,1")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core) for core in options.cores.split(",")})
    for case in options.cases:
        found: dict[str, list[float]] = {}
        for kind, result in runs(case, options):
            found.setdefault(kind, []).append(result["epoch_seconds"])
            print(json.dumps({"case": case, "kind": kind, **result}), flush=True)
        medians = {kind: round(statistics.median(every), 2) for kind, every in found.items()}
        print(json.dumps({"case": case, "median_seconds_per_epoch": medians}), flush=True)


if __name__ == "__main__":
    main()
