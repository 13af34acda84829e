"""Whether those who watch slow the instrument down: how soon a change is heard with and without.

    python -m tests.benchmarks.page_latency [MODEL] [--trials 100] [--rounds 4]

Measures what `live_latency` measures, an edit and a sampling parameter, in turn with nobody on the
web and with one Chromium on the Live tab and two more WebSocket clients. All three watch meters,
timeline, sound and incoming messages. Each of `--rounds` has a server of its own for both cases and
its share of the trials. Prints for each kind of change a line of JSON: milliseconds `alone` and
`watched`, the `ratio` of both, and `frames_hz`, the frames that each client was sent per second.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.browser import FRAMES, Browser, Watcher, page_address
from tests.benchmarks.live_latency import find_changes, percentiles
from tests.benchmarks.live_rig import LiveRig
from tests.sound_card import SoundCard

KINDS = ("edit", "sampling")
WATCHERS = 2
WATCHED = ("meters", "timeline", "sound", "incoming")
#: The tab in front watches all but the incoming messages.
WATCH_INCOMING = "import('/page/js/core/store.js').then(({ watch }) => void watch('incoming'))"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    with SoundCard() as card:
        for kind in KINDS:
            alone, watched = Case(), Case()
            for _ in range(options.rounds):
                for case in (alone, watched):
                    trials = max(options.trials // options.rounds, 1)
                    case.measure(card, options.model, kind, trials, watch=case is watched)
            print(json.dumps({"change": kind, **compare(alone, watched)}), flush=True)


@dataclass
class Case:
    """What was measured alone, or while it was watched."""

    trials: int = 0
    latencies: list[float] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def measure(self, card: SoundCard, model: str, kind: str, trials: int, watch: bool) -> None:
        """Make so many changes on a new server."""
        seconds = 4.0 * trials + 120
        with LiveRig(card, model, "--web", "127.0.0.1:0", seconds=seconds) as rig:
            # The address is read in both cases.
            address = page_address(rig.server)
            with ExitStack() as stack:
                if watch:
                    stack.enter_context(followed(address, self.rates))
                latencies, facts = find_changes(rig, kind, trials)
        self.trials += trials
        self.latencies += latencies
        self.facts.append(facts)

    def result(self) -> dict[str, Any]:
        """The figures of all rounds."""
        return {
            "trials": self.trials,
            "lost": self.trials - len(self.latencies),
            **percentiles(self.latencies),
            "least_ring_ms": min(one["least_ring_ms"] for one in self.facts),
            "control_whole": all(one["control_whole"] for one in self.facts),
            "stolen_s": round(sum(one["stolen_s"] for one in self.facts), 2),
        }


@contextmanager
def followed(address: str, rates: list[float]) -> Iterator[None]:
    """Have the page open, and the other clients; adds the frames per second that each was sent."""
    with ExitStack() as stack:
        page = stack.enter_context(Browser(address))
        page.run(WATCH_INCOMING)
        watchers = [stack.enter_context(Watcher(address, *WATCHED)) for _ in range(WATCHERS)]
        began = time.monotonic()
        yield
        # The server has ended long before the search for the changes has; so has what it sent.
        rates += [
            sum(watcher.counts[name] for name in FRAMES.values()) / (watcher.ended - began)
            for watcher in watchers
        ]


def compare(alone: Case, watched: Case) -> dict[str, Any]:
    """Both cases, and the ratio of their figures."""
    one, other = alone.result(), watched.result()
    return {
        "alone": one,
        "watched": other,
        "ratio": {name: round(other[name] / one[name], 3) for name in ("p50", "p95")},
        "frames_hz": [round(rate, 1) for rate in watched.rates],
    }


if __name__ == "__main__":
    main()
