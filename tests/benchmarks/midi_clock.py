"""How exactly the length of four beats follows a real MIDI clock.

    python -m tests.benchmarks.midi_clock [--tempi 20] [--period 512] [--beats 16]

Starts a JACK server with a dummy driver and blocks of `--period` samples, and jack_midi_clock in
it, at each of so many tempi from 61 to 179 BPM. JACK hands on the ticks of a block together, so
each is early or late by up to a block. After eight beats, and at each of the eight that follow
`--beats`, the length of four beats as the instrument has it is compared with the true one. Prints a
line of JSON for each tempo, then how many lengths were within 1 ms. The machine should have nothing
else to do: the dummy driver of a busy machine loses blocks, and the clock with them.
Needs jackd, jack_midi_clock and jack_transport.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from distill_live.control.midi.event import MidiEvent
from distill_live.control.namespace.address import Sender
from distill_live.control.timing.midi_clock import TICKS_PER_BEAT, ClockKind, MidiClock
from distill_live.inputs.midi import MidiInput
from tests.inputs.midi.jack_server import JackServer
from tests.tools import require_program, wait_until

#: A loop of this many beats is timed.
_BEATS = 4
#: The share of lengths within this many seconds is printed.
_EXACT_S = 0.001
_SECONDS = 120.0


class _Follower:
    """A router for a clock alone: notes the tempo after each beat."""

    def __init__(self) -> None:
        self.clock, self.ticks = MidiClock(), 0
        self.tempi: list[float] = []

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """Follow the clock."""
        self.clock.receive(kind, value, at)
        if kind == "tick":
            self.ticks += 1
            if self.ticks % TICKS_PER_BEAT == 0:
                self.tempi.append(self.clock.line.bpm)

    def receive_midi(self, event: MidiEvent, sender: Sender = None) -> None:
        """Nothing else is played."""

    def count_malformed(self, source: str, reason: str) -> None:
        """Nothing else is played."""

    def tell(self, kind: str, line: str) -> None:
        """Nobody reads along."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tempi", type=int, default=20)
    parser.add_argument("--period", type=int, default=512)
    parser.add_argument("--beats", type=int, default=16)
    options = parser.parse_args()
    early, late = [], []
    with JackServer(options.period) as jack:
        os.environ.update(jack.variables)
        for bpm in np.round(np.linspace(61, 179, options.tempi), 1).tolist():
            tempi = follow(jack, bpm, options.beats + 8)
            errors = [abs(_BEATS * 60.0 / one - _BEATS * 60.0 / bpm) for one in tempi]
            early.append(errors[7])
            late += errors[options.beats :]
            print(json.dumps({
                "bpm": bpm,
                "ms_after_8_beats": round(1e3 * errors[7], 2),
                "ms_later_worst": round(1e3 * max(errors[options.beats :]), 2),
            }), flush=True)  # fmt: skip
    print(json.dumps({
        "within_1_ms_after_8_beats": share(early),
        f"within_1_ms_after_{options.beats}_beats": share(late),
        "ms_later_median": round(1e3 * statistics.median(late), 3),
    }))  # fmt: skip


def follow(jack: JackServer, bpm: float, beats: int) -> list[float]:
    """The tempo that the instrument has after each of so many beats of a clock."""
    follower = _Follower()
    source = MidiInput(follower)
    with clock(jack, bpm):
        source.start()
        try:
            transport(jack, "locate 0", "play")
            wait_until(lambda: len(follower.tempi) >= beats, f"{beats} beats", _SECONDS)
        finally:
            transport(jack, "stop")
            source.stop()
    return follower.tempi[:beats]


@contextmanager
def clock(jack: JackServer, bpm: float) -> Iterator[None]:
    """A MIDI clock that ticks while the transport rolls."""
    command = [require_program("jack_midi_clock"), "-b", str(bpm), "-B", "-P"]
    with subprocess.Popen(
        command, env=jack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: any("midi_clock" in port for port in jack.ports()), "the clock")
            yield
        finally:
            process.terminate()


def transport(jack: JackServer, *commands: str) -> None:
    """Have the transport of a JACK server do something."""
    subprocess.run(
        [require_program("jack_transport")], input="\n".join([*commands, "quit", ""]), text=True,
        env=jack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    time.sleep(0.2)


def share(errors: Sequence[float]) -> float:
    """How many of some errors, in seconds, are within _EXACT_S: 0..1."""
    return round(sum(error <= _EXACT_S for error in errors) / len(errors), 3)


if __name__ == "__main__":
    main()
