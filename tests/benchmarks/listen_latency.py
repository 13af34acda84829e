"""How soon the instrument answers what you play into the input.

    python -m tests.benchmarks.listen_latency [MODEL] [--trials 20] [--latency 50]

The microphone and the sound card are two PulseAudio servers with null sinks. The instrument listens
to the monitor of the one and plays into the other at 50 ms latency, with the input as the partner
of `blend`, and `blend` at 1. The clock starts when the onset of a burst of noise arrives from the
microphone's sink, and stops when the first sample that is louder than all of the 300 ms before the
onset arrives from the card's, both in fragments of 5 ms. Prints a line of JSON: milliseconds, how
many onsets were not answered within a second, `lost`, and how often the engine came too late and
the last passage was `repeated`.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from contextlib import ExitStack

import numpy as np

from tests.benchmarks.compare import RATE
from tests.benchmarks.live_rig import Monitor
from tests.commands.server_process import ServerProcess
from tests.sound_card import SoundCard

#: What counts as an onset in the microphone, and the least that counts as an answer: -50 dB.
ONSET, ANSWER = 0.05, 10 ** (-50 / 20)
#: Samples before an onset of which the loudest is the background, and in which it is answered.
BEFORE, WITHIN = 3 * RATE // 10, RATE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--latency", default="50")
    options = parser.parse_args()
    with ExitStack() as stack:
        microphone = stack.enter_context(SoundCard())
        card = stack.enter_context(SoundCard(microphone))
        played_in = stack.enter_context(Monitor(microphone))
        answered = stack.enter_context(Monitor(card))
        server = stack.enter_context(ServerProcess(
            options.model, "--latency", options.latency, "--input", "microphone", "--web", "off",
            environment=card.environment,
        ))  # fmt: skip
        play(server, microphone, options.trials)
        latencies = measure(played_in, answered)
        server.end()
    print(json.dumps({
        "trials": options.trials,
        "lost": options.trials - len(latencies),
        "repeated": server.errors.count("the last passage was repeated"),
        **{f"p{q}": round(1e3 * float(np.percentile(latencies, q)), 1) for q in (0, 50, 95, 100)},
    }))  # fmt: skip


def play(server: ServerProcess, microphone: SoundCard, trials: int) -> None:
    """Let the server listen, and play a burst after each silence."""
    burst = 0.5 * np.random.default_rng(0).uniform(-1, 1, RATE // 2)
    burst *= np.exp(-np.arange(len(burst)) / (RATE / 8))
    server.osc.send("/distill/listen", 1)
    server.osc.send("/distill/blend/clip", "input")
    server.osc.send("/distill/blend", 1.0)
    time.sleep(6.0)
    for _ in range(trials):
        microphone.play(burst.astype(np.float32))
        time.sleep(2.0 + random.random() / 5)  # noqa: S311 - so that no clock falls into step


def measure(played_in: Monitor, answered: Monitor) -> list[float]:
    """How long each onset took to be answered, in seconds."""
    loud = np.flatnonzero(np.abs(played_in.samples) > ONSET)
    onsets = loud[np.diff(loud, prepend=-RATE) > RATE // 2]
    sound, latencies = np.abs(answered.samples), []
    for moment in map(played_in.arrival, onsets.tolist()):
        at = answered.index_at(moment)
        background = float(sound[max(at - BEFORE, 0) : at].max(initial=0.0))
        louder = np.flatnonzero(sound[at : at + WITHIN] > max(2 * background, ANSWER))
        if len(louder):
            latencies.append(answered.arrival(at + int(louder[0])) - moment)
    return latencies


if __name__ == "__main__":
    main()
