"""Ten minutes of play with fifty OSC messages a second, every sample checked.

    python -m tests.benchmarks.live_soak [MODEL] [--seconds 600] [--rate 50]

Faders move all the time (temperature, top_p, one level's temperature, an edit's switch once a
second), so that the engine makes one new future after the other. The recording is compared with
the session log, sample for sample: `missing` and `extra` (a gap is both, or `extra`; a skip is
`missing`). Where the ring ran dry, the repetition is `extra`; the fades, and what follows until the
filter against DC has settled, are both, up to 0.6 s. `same` says whether the totals are no more
than that; it does not check where the differences are. `memory` is each process's resident memory
at the end per that after the first minute.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.compare import RATE
from tests.benchmarks.live_abuse import same_samples, silences
from tests.benchmarks.live_rig import LiveRig
from tests.benchmarks.play_on_rig import cpu_seconds
from tests.sound_card import SoundCard

SETTLED_S = 60.0
#: Samples per repetition that may differ, besides the repetition itself: two fades of 50 ms, and
#: 15 time constants (32 ms) of the 5 Hz filter against DC, after which it agrees to 2^-22.
FORGOTTEN = round(0.6 * RATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=50.0)
    options = parser.parse_args()
    with SoundCard() as card, LiveRig(card, options.model, seconds=options.seconds) as rig:
        played = play_under(rig, options.seconds, options.rate, lambda number: move(rig, number))
        result = played | compare(rig)
    print(json.dumps(result))


def play_under(
    rig: LiveRig, seconds: float, rate: float, send: Callable[[int], None]
) -> dict[str, Any]:
    """Play while `send` is called with 0, 1, 2 ... `rate` times a second: the number of calls,
    and each process's memory and load."""
    processes = {
        "control": rig.server.process.pid,
        "engine": rig.server.child("engine"),
        "audio": rig.server.child("audio"),
    }
    began = time.monotonic()
    settled: dict[str, int] = {}
    spent = {name: cpu_seconds(pid) for name, pid in processes.items()}
    number = 0
    while (elapsed := time.monotonic() - began) < seconds:
        if not settled and elapsed >= min(SETTLED_S, seconds / 2):
            settled = {name: resident(pid) for name, pid in processes.items()}
        send(number)
        number += 1
        time.sleep(max(began + number / rate - time.monotonic(), 0.0))
    memory = {name: resident(pid) / settled[name] for name, pid in processes.items()}
    load = {name: (cpu_seconds(pid) - spent[name]) / seconds for name, pid in processes.items()}
    return {
        "messages": number,
        "memory": {name: round(ratio, 4) for name, ratio in memory.items()},
        "load": {name: round(share, 3) for name, share in load.items()},
    }


def compare(rig: LiveRig) -> dict[str, Any]:
    """Stop playing and compare what was recorded with the session log, sample for sample."""
    result = rig.finish()
    same = same_samples(rig)
    return {
        **same,
        "same": is_same(**same),
        **silences(rig),
        **result,
    }


def is_same(missing: int, extra: int, counts: dict[str, float] | None = None, **_: object) -> bool:
    """Whether repetitions while the ring was dry account for all that differs, by the totals."""
    dry, repeated = (counts["underruns"], counts["bridged"]) if counts else (0, 0)
    return extra == missing + repeated and missing <= dry * FORGOTTEN


def move(rig: LiveRig, number: int) -> None:
    """The next of a performer's messages."""
    osc, turn = rig.server.osc, 0.5 + 0.5 * math.sin(number / 40)
    if number % 50 == 0:
        osc.send("/distill/edit/mask/on/detail", float(number % 100 == 0))
    elif number % 3 == 0:
        osc.send("/distill/temperature", 0.6 + 0.8 * turn)
    elif number % 3 == 1:
        osc.send("/distill/top_p", 0.7 + 0.3 * turn)
    else:
        osc.send("/distill/temperature/structure", 0.6 + 0.6 * turn)


def resident(pid: int) -> int:
    """Resident memory of a process in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


if __name__ == "__main__":
    main()
