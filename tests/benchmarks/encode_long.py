"""How much memory, and time, it takes to encode recordings of several lengths.

    python -m tests.benchmarks.encode_long [MINUTES ...]

Each is made as a stereo file at 44.1 kHz, read, and encoded by the demo model, in a process of its
own on one thread. Memory is what the process took at most; `before` is after loading the model.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from distill_live.audio.files import SoundFileWriter

_RATE = 44_100

#: Prints columns, and the most memory before and after encoding, in MB.
CHILD = """
import resource, sys
from distill_live.audio.reading.sound import Sound
from distill_live.inference.loading import load_model
from distill_live.inference.codes import encode_blocks

def most_mb():
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most >> (20 if sys.platform == "darwin" else 10)

loaded = load_model("demo", "cpu")
before = most_mb()
grid = encode_blocks(loaded, Sound(sys.argv[1]).blocks(loaded.spectrogram.config.sample_rate))
print(len(grid.codes), before, most_mb())
"""


def make_recording(path: Path, minutes: float) -> None:
    """Stereo noise with a slow swell, a second at a time."""
    random = np.random.default_rng(0)
    with SoundFileWriter(path, _RATE, channels=2, bit_depth=16) as writer:
        for second in range(round(60 * minutes)):
            level = 0.02 + 0.1 * (second % 7) / 7
            writer.write((level * random.standard_normal((_RATE, 2))).astype(np.float32))


def measure(path: Path) -> tuple[int, int, int]:
    """(columns, MB before, MB after) of a recording."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True
    )
    columns, before, after = map(int, done.stdout.split())
    return columns, before, after


def main() -> None:
    """Measure recordings of the lengths given, else of 2, 6 and 60 minutes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.wav"
        for minutes in [float(word) for word in sys.argv[1:]] or [2.0, 6.0, 60.0]:
            make_recording(path, minutes)
            start = time.perf_counter()
            columns, before, after = measure(path)
            took = time.perf_counter() - start
            print(
                f"{minutes:g} min: {columns} columns, {before} MB before, {after} MB, {took:.0f} s"
            )


if __name__ == "__main__":
    main()
