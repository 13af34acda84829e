"""How soon a change is heard: from the OSC packet to the first sample that it makes different.

    python -m tests.benchmarks.live_latency [MODEL] [--trials 100]

The sound card is PulseAudio with a null sink at 50 ms latency. The clock stops when that sample
arrives from the sink's monitor in a fragment of 5 ms: an upper bound. Kinds of change:

    gain        an output parameter; until the sound is below -70 dB
    edit        an edit of codes (mask on or off)
    sampling    a sampling parameter (another seed)
    rewind      a request that goes elsewhere
    blend       a clip that is blended in, or not
    cell        a cell that is painted (two in one bundle, of which one is sure to change)
    region      an edit that is run once on the columns to come
    undo        undo and redo of an edit
    clarity     how codes become sound: the fine detail on or off
    grain       the same: grains or the vocoder; a model without grains has no such change

For all but the first the sample is found by replaying the session log: it is the first that differs
from what the old future would have given. Prints a line of JSON for each kind: milliseconds, how
many trials were `lost`, and the least sound that the ring held ahead, `least_ring_ms`.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from distill_live.audio.stereo.channels import by_channel
from tests.benchmarks.compare import RATE, find
from tests.benchmarks.live_rig import LiveRig, replay
from tests.sound_card import SoundCard

SILENCE = 10 ** (-70 / 20)
KINDS = (
    "gain",
    "edit",
    "sampling",
    "rewind",
    "blend",
    "cell",
    "region",
    "undo",
    "clarity",
    "grain",
)
#: The time in which a change must be heard, in seconds: less than until the next one.
PATIENCE = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    options = parser.parse_args()
    with SoundCard() as card:
        for kind in options.kinds:
            seconds = 4.0 * options.trials + 60
            with LiveRig(card, options.model, seconds=seconds) as rig:
                result = measure(rig, kind, options.trials)
            print(json.dumps({"change": kind, **result}), flush=True)


def measure(rig: LiveRig, kind: str, trials: int) -> dict[str, Any]:
    """Make the changes, then find each in the recording."""
    latencies, facts = find_changes(rig, kind, trials)
    return {"trials": trials, "lost": trials - len(latencies), **percentiles(latencies), **facts}


def percentiles(latencies: Sequence[float]) -> dict[str, float]:
    """The median, the 95th percentile and the longest of some times in seconds, in ms."""
    return {f"p{q}": round(1e3 * float(np.percentile(latencies, q)), 1) for q in (50, 95, 100)}


def find_changes(rig: LiveRig, kind: str, trials: int) -> tuple[list[float], dict[str, Any]]:
    """Make changes and end the server: the seconds from each to its first sample, of those that
    were heard, and what else there is to say of the run."""
    time.sleep(4.0)
    prepare(rig, kind)
    sent = []
    for trial in range(trials):
        time.sleep(1.2 + random.random() / 5)  # noqa: S311 - so that no clock falls into step
        sent.append(time.monotonic())
        change(rig, kind, trial)
        if kind == "gain":
            time.sleep(0.5)
            rig.server.osc.send("/distill/gain", 1.0)
    time.sleep(1.5)
    circumstances = rig.finish()
    find_latencies = silences if kind == "gain" else differences
    latencies, lead = find_latencies(rig, sent)
    return latencies, {**lead, **circumstances}


def prepare(rig: LiveRig, kind: str) -> None:
    """What a kind of change needs before the first one."""
    if kind == "blend":
        rig.server.osc.send("/distill/capture", 2.0, "before")
        rig.server.osc.await_told("/distill/done", "capture")
        rig.server.osc.send("/distill/blend/clip", "before")
    elif kind == "undo":
        rig.server.osc.send("/distill/edit/mask/on/timbre", 1.0)


def change(rig: LiveRig, kind: str, trial: int) -> None:
    """One change, which is sure to be one."""
    if kind == "gain":
        rig.server.osc.send("/distill/gain", 0.0)
    elif kind == "edit":
        rig.server.osc.send("/distill/edit/mask/on/timbre", float(trial % 2 == 0))
    elif kind == "blend":
        rig.server.osc.send("/distill/blend", float(trial % 2 == 0))
    elif kind in ("clarity", "grain"):
        rig.server.osc.send(f"/distill/{kind}", float(trial % 2))
    elif kind == "cell":
        rig.server.osc.send_packet(two_cells(trial))
    elif kind == "region":
        rig.server.osc.send("/distill/region/ahead", 0, 8, f"fill code={trial} --levels timbre")
    elif kind == "undo":
        rig.server.osc.send("/distill/undo" if trial % 2 == 0 else "/distill/redo")
    elif kind == "sampling":
        rig.server.osc.send("/distill/seed", 1 + trial)
    else:
        rig.server.osc.send("/distill/rewind", 0.8)


def two_cells(trial: int) -> bytes:
    """A bundle that paints two cells of the column that is playing."""
    bundle = OscBundleBuilder(IMMEDIATELY)
    for band in (2, 3):
        cell = OscMessageBuilder("/distill/cell/ahead")
        for argument in (0, band, "timbre", trial % 64):
            cell.add_arg(argument)
        bundle.add_content(cell.build())
    packet: bytes = bundle.build().dgram
    return packet


def silences(rig: LiveRig, sent: list[float]) -> tuple[list[float], dict[str, Any]]:
    """When it became silent after each message; all of it stays so for 100 ms."""
    recording = rig.monitor.samples
    latencies = []
    for moment in sent:
        first = rig.monitor.index_at(moment)
        loud = np.flatnonzero(np.abs(recording[first : first + RATE // 2]) > SILENCE)
        quiet = first + (int(loud[-1]) + 1 if len(loud) else 0)
        if (np.abs(recording[quiet : quiet + RATE // 10]) <= SILENCE).all():
            latencies.append(rig.monitor.arrival(quiet) - moment)
    return latencies, {}


def differences(rig: LiveRig, sent: list[float]) -> tuple[list[float], dict[str, Any]]:
    """When the first sample of each change was heard."""
    heard = replay(rig.log, rig.model)
    played, recording = heard.played, rig.monitor.samples
    arrivals, leads = [], []
    begin = 0
    # The first switch is the beginning of the sound.
    for at, other in heard.switches[1:]:
        leads.append(len(other))
        different = at + first_difference(heard.samples[at:], other)
        begin = find(played[at - 2_400 : at], recording, begin) or begin
        index = begin + 2_400 + different - at
        if np.allclose(recording[begin : begin + 2_400], played[at - 2_400 : at], atol=2**-22):
            arrivals.append(rig.monitor.arrival(index))
    # A change may lead to more than one switch, and what was prepared has led to some as well.
    waits = [
        min((one - moment for one in arrivals if one > moment), default=9.0) for moment in sent
    ]
    latencies = [wait for wait in waits if wait < PATIENCE]
    return latencies, {"least_ring_ms": round(1e3 * min(leads) / RATE)}


def first_difference(one: np.ndarray, other: np.ndarray) -> int:
    """The first sample at which two sounds differ."""
    count = min(len(one), len(other))
    unlike = by_channel(one[:count] != other[:count])
    return int(np.argmax(unlike.any(axis=1)))


if __name__ == "__main__":
    main()
