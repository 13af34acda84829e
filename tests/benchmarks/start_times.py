"""How long starts take: of the server, and of what it starts while it plays.

    python -m tests.benchmarks.start_times [MODEL] [--trials 5]

Prints medians as JSON: `first_sound_s`, from the start of `serve` to its first sound;
`engine_killed_ms`, how much sound was repeated because the next engine was not there yet;
`prime_s`, from `/distill/prime` with a recording of 3 s to the answer that its codes are used; and
`model_s`, from `/distill/model` to the fade. Nothing is played aloud. The machine should have
nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from distill_live.audio.files import write_audio
from distill_live.codes.session_log import read_session_log
from distill_live.models.file.library import find_model
from tests.commands.server_process import ServerProcess
from tests.tools import wait_until

RATE = 48_000
#: Longer than an engine may need to count as one that plays again.
_BETWEEN_S = 25.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--trials", type=int, default=5)
    options = parser.parse_args()
    found: dict[str, list[float]] = {}
    for _ in range(options.trials):
        with tempfile.TemporaryDirectory() as folder:
            for name, value in one_trial(options.model, Path(folder)).items():
                found.setdefault(name, []).append(value)
    print(json.dumps({name: round(statistics.median(all), 2) for name, all in found.items()}))


def one_trial(model: str, folder: Path) -> dict[str, float]:
    """All times, once."""
    sound, other, log = folder / "sound.wav", folder / "other.distill", folder / "session.log"
    noise = np.random.default_rng(0).normal(0.0, 0.1, 3 * RATE)
    write_audio(sound, noise.astype(np.float32), RATE)
    shutil.copy(find_model(model), other)
    began = time.monotonic()
    options = ("--output", "clock", "--web", "off", "--clips", str(folder), "--log", str(log))
    with ServerProcess(model, *options) as server:
        first_sound = time.monotonic() - began
        server.osc.send("/distill/subscribe", 0, 30.0, "/distill/none")
        time.sleep(3.0)
        os.kill(server.child("engine"), signal.SIGKILL)
        time.sleep(_BETWEEN_S)
        repeated = sum(e["samples"] for e in read_session_log(log) if e["op"] == "bridge")
        began = time.monotonic()
        server.osc.send("/distill/prime", str(sound))
        server.osc.await_told("/distill/done", "prime")
        prime = time.monotonic() - began
        began = time.monotonic()
        server.osc.send("/distill/model_fade", 0.1)
        server.osc.send("/distill/model", str(other))
        wait_until(lambda: any(e["op"] == "swap" for e in read_session_log(log)), "the swap")
        swap = time.monotonic() - began - 0.1
        server.end()
    return {
        "first_sound_s": first_sound,
        "engine_killed_ms": 1000 * repeated / RATE,
        "prime_s": prime,
        "model_s": swap,
    }


if __name__ == "__main__":
    main()
