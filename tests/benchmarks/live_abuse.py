"""Whether the sound goes on while the processes are abused.

    python -m tests.benchmarks.live_abuse [MODEL] [--control ...] [--engine ...] [--seconds 30]

In the control process, for the whole run: four busy threads, garbage collections of 1.5 million
objects one after the other, a flood of UDP packets as fast as a process can send, while latency
is measured as in live_latency. In the engine's process, every two seconds: the GIL held for 50, 200
and 500 ms, such garbage collections, a column that takes 400 ms and 1 s to be drawn (the ring holds
750 ms, the lookahead 500). Past all of that: every column takes 110 ms to be drawn where it lasts
85, and the GIL is held for 3 s.

The recording is compared with the session log, sample for sample: `missing` and `extra`. Prints a
line of JSON for each case.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.abuse.install import install
from tests.benchmarks.compare import RATE, compare_aligned, find
from tests.benchmarks.live_latency import change, differences
from tests.benchmarks.live_rig import LiveRig, replay
from tests.sound_card import SoundCard

CONTROL = ("none", "busy", "gc", "flood")
ENGINE = ("gil 50", "gil 200", "gil 500", "gc", "prior 400", "prior 1000", "slow 110", "gil 3000")

_FLOOD = """
import socket, sys, time
to = ("127.0.0.1", int(sys.argv[1]))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
packet = b"/distill/nothing\\0\\0\\0\\0,f\\0\\0\\0\\0\\0\\0"
end, count = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    for _ in range(1000):
        try:
            sender.sendto(packet, to)
        except OSError:
            break
    count += 1000
print(count)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--control", nargs="*", default=list(CONTROL))
    parser.add_argument("--engine", nargs="*", default=list(ENGINE))
    options = parser.parse_args()
    with SoundCard() as card, tempfile.TemporaryDirectory() as folder:
        environment = install(Path(folder))
        for kind in options.control:
            for changed in ("edit", "sampling"):
                with LiveRig(
                    card, options.model, environment={**environment, "ABUSE_CONTROL": kind}
                ) as rig:
                    result = trials(rig, kind, changed, options.trials)
                tell(place="control", abuse=kind, change=changed, **result)
        for kind in options.engine:
            with LiveRig(
                card, options.model, environment={**environment, "ABUSE_ENGINE": kind}
            ) as rig:
                result = stalls(rig, options.seconds)
            tell(place="engine", abuse=kind, **result)


def tell(**result: Any) -> None:
    print(json.dumps(result), flush=True)


def trials(rig: LiveRig, kind: str, changed: str, count: int) -> dict[str, Any]:
    """Latency trials while control is abused."""
    time.sleep(4.0)
    seconds = 1.5 * count
    flood = flood_for(rig, seconds) if kind == "flood" else None
    sent = []
    for trial in range(count):
        time.sleep(1.4)
        sent.append(time.monotonic())
        change(rig, changed, trial)
    time.sleep(1.5)
    packets = int(flood.communicate()[0]) if flood else 0
    result = rig.finish()
    latencies, lead = differences(rig, sent)
    if flood:
        result["packets_per_s"] = round(packets / seconds)
    return {
        "lost": count - len(latencies),
        **{f"p{q}": round(1e3 * float(np.percentile(latencies, q)), 1) for q in (50, 95)},
        **lead, **same_samples(rig), **result,
    }  # fmt: skip


def flood_for(rig: LiveRig, seconds: float) -> subprocess.Popen[str]:
    port = rig.server.osc.port
    return subprocess.Popen(
        [sys.executable, "-c", _FLOOD, str(port), str(seconds)], stdout=subprocess.PIPE, text=True
    )


def stalls(rig: LiveRig, seconds: float) -> dict[str, Any]:
    """Play while the engine is held up again and again."""
    rig.server.osc.send("/distill/edit/abuse/on", 1.0)
    time.sleep(seconds)
    result = rig.finish()
    return {**same_samples(rig), **silences(rig), **result}


def same_samples(rig: LiveRig) -> dict[str, Any]:
    """How the recording differs from the log, and what the server has counted."""
    heard = replay(rig.log, rig.model)
    # The end is faded out, so is the very beginning in.
    played, recording = heard.played[RATE // 10 : -RATE // 2], rig.monitor.samples
    begin = find(played[:2_400], recording)
    if begin is None:
        return {"missing": len(played), "extra": 0}
    return {**compare_aligned(played, recording[begin:]), "counts": heard.entries[-1]["counts"]}


def silences(rig: LiveRig) -> dict[str, int]:
    """How often it was silent for 5 ms and longer between the first sound and the last."""
    loud = np.flatnonzero(np.abs(rig.monitor.samples) > 2**-20)
    return {"silences": int((np.diff(loud) > 240).sum())}


if __name__ == "__main__":
    main()
