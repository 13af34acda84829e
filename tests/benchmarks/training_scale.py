"""What training on hours of sound takes: time, memory and disk.

    python -m tests.benchmarks.training_scale [--minutes 60] [--files 500] [--mono] [--folder OUT]

Makes recordings of chords, sweeps and bursts of noise, and runs `distill-live train` on them for an
epoch of the codec and one of a small prior; words after `--` are further options of `train`.

Prints each line of the training with the seconds since the start and the most memory so far. Then a
line of JSON: seconds until the duration is known and until the first epoch has ended, seconds for a
step, the most resident memory, with and without mapped files, and the size of each kind of file.
With `--folder`, the recordings stay there for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.files import write_audio

Samples = NDArray[np.float32]
RATE = 48_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--mono", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("train", nargs="*", help="further options of `distill-live train`")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale") as work:
        folder = options.folder or Path(work) / "sounds"
        make_recordings(folder, options.files, options.minutes * 60, stereo=not options.mono)
        print(json.dumps(measure(folder, Path(work) / "data", options.train)))


def make_recordings(folder: Path, files: int, seconds: float, *, stereo: bool) -> None:
    """Write so many recordings of equal length, those that are there already excepted."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        path = folder / f"{number:04d}.flac"
        if not path.exists():
            sound = recording(np.random.default_rng(number), seconds / files, stereo=stereo)
            write_audio(path, sound, RATE, 16)


def recording(random: np.random.Generator, seconds: float, *, stereo: bool) -> Samples:
    """A few layers, each a chord, a sweep or bursts of noise, placed between left and right."""
    count = round(seconds * RATE)
    sound = np.zeros((count, 2 if stereo else 1), np.float32)
    for _ in range(3):
        layer = random.choice([_chord, _sweep, _bursts])(random, count)
        sound += layer[:, None] * random.uniform(0.05, 0.2, sound.shape[1]).astype(np.float32)
    return sound if stereo else sound[:, 0]


def _chord(random: np.random.Generator, count: int) -> Samples:
    time_s = np.arange(count, dtype=np.float32) / RATE
    notes = 55.0 * 2.0 ** (random.choice(36, 3) / 12.0)
    fades = np.sin(np.pi * random.uniform(0.1, 2.0) * time_s) ** 2
    return sum(np.sin(2 * np.pi * np.float32(note) * time_s) for note in notes) * fades / 3


def _sweep(random: np.random.Generator, count: int) -> Samples:
    time_s = np.arange(count, dtype=np.float32) / RATE
    low, high = np.sort(random.uniform(60.0, 6_000.0, 2))
    pitch = low + (high - low) * (0.5 + 0.5 * np.sin(random.uniform(0.2, 1.0) * time_s))
    return np.sin(np.cumsum(2 * np.pi * pitch / RATE)).astype(np.float32)


def _bursts(random: np.random.Generator, count: int) -> Samples:
    every = round(random.uniform(0.1, 0.6) * RATE)
    fall = np.exp(-(np.arange(count) % every) / random.uniform(0.005, 0.05) / RATE)
    return (random.standard_normal(count, np.float32) * fall).astype(np.float32)


class Memory(threading.Thread):
    """Watches a process: the most resident memory so far, and the part of it that is not a file's,
    both in bytes; and the size of every file that comes up in a folder."""

    def __init__(self, pid: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self._status, self._folder = Path(f"/proc/{pid}/status"), folder
        self.most, self.most_own = 0, 0
        self.sizes: dict[str, int] = {}

    def run(self) -> None:
        while self._look():
            time.sleep(0.1)

    def _look(self) -> bool:
        try:
            told = dict(line.split(":", 1) for line in self._status.read_text().splitlines())
            self.most = max(self.most, 1024 * int(told["VmRSS"].split()[0]))
            self.most_own = max(self.most_own, 1024 * int(told["RssAnon"].split()[0]))
            for path in self._folder.glob("**/*"):
                self.sizes[path.suffix] = max(self.sizes.get(path.suffix, 0), path.stat().st_size)
        except (FileNotFoundError, KeyError, ProcessLookupError):
            return self._status.exists() and "VmRSS" in self._status.read_text()
        return True


def measure(folder: Path, data: Path, more: list[str]) -> dict[str, object]:
    """Train on a folder, and say what it took."""
    (data / "distill-live").mkdir(parents=True)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "distill_live", "train", str(folder), "--name", "measured",
         "--codec-epochs", "1", "--prior-epochs", "1", "--prior-size", "small", *more],
        env={**os.environ, "XDG_DATA_HOME": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    memory = Memory(process.pid, data)
    memory.start()
    times: dict[str, float] = {}
    steps = 0
    assert process.stdout is not None
    try:
        for line in process.stdout:
            spent = time.monotonic() - began
            print(f"{spent:7.1f} s  {memory.most / 1e9:5.2f} GB  {line.rstrip()}", flush=True)
            word = line.split()[0] if line.split() else ""
            times.setdefault({"this": "first_steps"}.get(word, word.rstrip(":")), spent)
            if word == "codec:":
                steps = int(line.split()[-2])
    finally:
        process.terminate()
        process.wait()
    first_epoch = next((spent for word, spent in times.items() if word.startswith("1/")), None)
    found: dict[str, object] = {
        "rc": process.returncode,
        "first_steps_s": times.get("first_steps"),
        "first_epoch_s": first_epoch,
        "total_s": time.monotonic() - began,
        "memory_gb": memory.most / 1e9,
        "own_memory_gb": memory.most_own / 1e9,
        "files_mb": {suffix: size / 1e6 for suffix, size in memory.sizes.items()},
    }
    if first_epoch is not None and "first_steps" in times:
        found["step_s"] = (first_epoch - times["first_steps"]) / max(steps - 6, 1)
    return found


if __name__ == "__main__":
    main()
