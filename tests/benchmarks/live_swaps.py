"""Ten models after another while the sound goes on, every sample checked.

    python -m tests.benchmarks.live_swaps [MODEL] [--swaps 10] [--fade 1]

The recording is compared with the session log, sample for sample: `missing` and `extra`. `memory`
is what all processes hold together at the end, per what they held before the first swap; `seconds`
is how long a swap took from the message to the first sample of the new model, median.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from distill_live.codes.session_log import read_session_log
from distill_live.live.replay.exact import replay_log
from distill_live.models.file.library import find_model
from distill_live.models.file.persistence import load_model_v2
from tests.benchmarks.compare import RATE, compare_aligned, find
from tests.benchmarks.live_rig import LiveRig, as_played
from tests.sound_card import SoundCard
from tests.tools import wait_until


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--swaps", type=int, default=10)
    parser.add_argument("--fade", type=float, default=1.0)
    options = parser.parse_args()
    with SoundCard() as card, tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other.distill"
        shutil.copy(find_model(options.model), other)
        with LiveRig(card, options.model) as rig:
            result = swap(rig, options.model, other, options.swaps, options.fade)
    print(json.dumps(result))


def swap(rig: LiveRig, model: str, other: Path, count: int, fade: float) -> dict[str, Any]:
    """Swap, then compare; the numbers that the module's docstring names."""
    rig.server.osc.send("/distill/model_fade", fade)
    time.sleep(5.0)
    before = held(rig)
    waits = []
    for number in range(count):
        began = time.monotonic()
        rig.server.osc.send("/distill/model", str(other) if number % 2 == 0 else model)
        wait_until(lambda: len(swaps(rig)) > number, "the swap")  # noqa: B023
        waits.append(time.monotonic() - began - fade)
    time.sleep(3.0)
    memory = held(rig) / before
    result = rig.finish()
    loaded = load_model_v2(find_model(model))
    torch.set_num_threads(1)
    with torch.inference_mode():
        heard = replay_log(read_session_log(rig.log), lambda entry: loaded)
    played = as_played(heard)[RATE // 10 : -RATE // 2]
    begin = find(played[:2_400], rig.monitor.samples) or 0
    return {
        "swaps": len(swaps(rig)),
        "swap_s": round(statistics.median(waits), 2),
        **compare_aligned(played, rig.monitor.samples[begin:]),
        "memory": round(memory, 4),
        "counts": list(read_session_log(rig.log))[-1]["counts"],
        **result,
    }


def swaps(rig: LiveRig) -> list[object]:
    """The swaps that are over."""
    return [entry for entry in read_session_log(rig.log) if entry["op"] == "swap"]


def held(rig: LiveRig) -> int:
    """Memory of all processes in kilobytes; what several share counts once."""
    total = 0
    for pid in [rig.server.process.pid, *rig.server.children()]:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(rollup.split("Pss:")[1].split()[0])
    return total


if __name__ == "__main__":
    main()
