"""Whether the sound goes on while busy programs of normal priority want all of the machine.

    python -m tests.benchmarks.live_under_load [MODEL] [--seconds 300] [--busy 8]

The server plays into the software sound card; so many programs that do nothing but count run
beside it, and end by themselves. The card's own programs run in real time where that is granted: a
real card needs no processor. `control_whole` is false when a C player beside us broke off, and such
a run says nothing about us. Prints a line of JSON:

    granted    what the server said of its priority
    missing    samples that were made but are not in the recording, `extra`: the reverse
    silences   how often it was silent for 5 ms and longer
    counts     what the server has counted; `held_loops` are repetitions, `underruns` gaps
    load       of the machine, the mean of the last minute, at the end
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.live_abuse import same_samples, silences
from tests.benchmarks.live_rig import LiveRig
from tests.sound_card import SoundCard

_BUSY = """
import sys, time
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    pass
"""
#: Programs of the sound card, and their real-time priority: below the server's.
_CARD, _PRIORITY = {"pulseaudio", "parec", "pacat"}, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--busy", type=int, default=8)
    parser.add_argument("--latency", default="100")
    options = parser.parse_args()
    with SoundCard() as card:
        rig = LiveRig(card, options.model, seconds=options.seconds + 120, latency=options.latency)
        run_card_in_real_time()
        with rig:
            result = play(rig, options.seconds, options.busy)
    print(json.dumps(result))


def play(rig: LiveRig, seconds: float, busy: int) -> dict[str, Any]:
    """Play beside busy programs, then compare; the numbers that the module's docstring names."""
    assert rig.server.process.stdout is not None
    said = iter(rig.server.process.stdout.readline, "")
    granted = next((line.strip() for line in said if line.startswith("priority: ")), "nothing")
    card_raised = run_card_in_real_time()
    programs = [subprocess.Popen([sys.executable, "-c", _BUSY, str(seconds)]) for _ in range(busy)]
    time.sleep(seconds)
    load = os.getloadavg()[0]
    result = rig.finish()
    for program in programs:
        program.wait()
    return {
        "granted": granted, "card_raised": card_raised, **same_samples(rig), **silences(rig),
        "load": round(load, 1), **result,
    }  # fmt: skip


def run_card_in_real_time() -> bool:
    """Raise the sound card's programs, which are children of this one; whether that was granted."""
    raised = False
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (process / "comm").read_text().strip()
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if name in _CARD and parent == os.getpid():
                for thread in (process / "task").iterdir():
                    parameters = os.sched_param(_PRIORITY)
                    os.sched_setscheduler(int(thread.name), os.SCHED_RR, parameters)
                raised = True
    return raised


if __name__ == "__main__":
    main()
