"""How fast `encode` and `decode` are, and how much memory they take, by the length of the sound.

    python -m tests.benchmarks.encode_decode [MINUTES ...]

Each sound is made as a stereo file at 44.1 kHz, encoded and decoded again by the demo model, with
the commands as they are typed: the times include their start. Memory is what each took at most.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from distill_live.audio.files import SoundFileWriter

_RATE = 44_100


class Run(NamedTuple):
    """What a command took."""

    seconds: float
    cpu_seconds: float
    megabytes: int


def make_sound(path: Path, minutes: float) -> None:
    """A tone that changes every second, over noise that swells, a second at a time."""
    random, seconds = np.random.default_rng(0), np.arange(_RATE) / _RATE
    with SoundFileWriter(path, _RATE, channels=2, bit_depth=16) as writer:
        for second in range(round(60 * minutes)):
            tone = 0.2 * np.sin(2 * np.pi * random.integers(60, 4_000) * seconds) * np.exp(-seconds)
            noise = (0.01 + 0.02 * (second % 7)) * random.standard_normal((_RATE, 2))
            writer.write((tone[:, None] + noise).astype(np.float32))


def run(*arguments: object) -> Run:
    """Run `distill-live` with the arguments."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "distill_live", *map(str, arguments)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    megabytes = usage.ru_maxrss >> (20 if sys.platform == "darwin" else 10)
    return Run(took, usage.ru_utime + usage.ru_stime, megabytes)


def main() -> None:
    """Measure sounds of the lengths given, else of 2 and 10 minutes."""
    with tempfile.TemporaryDirectory() as folder:
        for minutes in [float(word) for word in sys.argv[1:]] or [2.0, 10.0]:
            # Each length has its own files, because the commands never replace an existing one.
            sound, codes, back = (
                Path(folder) / f"{minutes:g}-{name}" for name in ("a.wav", "a.json", "back.wav")
            )
            make_sound(sound, minutes)
            encoding = run("encode", sound, "--model", "demo", "--output", codes)
            decoding = run("decode", codes, "--model", "demo", "--output", back)
            length = 60 * minutes
            both = length / (encoding.seconds + decoding.seconds)
            print(f"{minutes:g} min: together {both:.1f} times real time")
            for name, took in (("encode", encoding), ("decode", decoding)):
                print(
                    f"  {name}: {took.seconds:.1f} s, {length / took.seconds:.1f} times real time; "
                    f"{took.cpu_seconds:.1f} s on all cores, {took.megabytes} MB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
