"""20,000 messages a second over loopback into a server that plays: how many of them are taken?

    python -m tests.benchmarks.osc_rate [RATE] [SECONDS]

Each message sets the seed of a parameter to its number; with time tags, bundles and mapped faders
among them nothing is different for the socket. Counted is what the router received.
"""

from __future__ import annotations

import sys
import threading
import time

from distill_live.control.feedback import Feedback
from distill_live.control.schedule import Schedule
from distill_live.inputs.osc import OscInput
from distill_live.inputs.osc.packets import build_message
from tests.benchmarks.osc_client import LivePort
from tests.inputs.conftest import Instrument

#: Addresses take turns, as when many faders move.
NAMES = ("seed", "gain", "temperature", "temperature/structure", "top_k", "steer/loudness", "fade")
WARM_UP = 100


def send(port: LivePort, packets: list[bytes], rate: float, ends: list[float]) -> None:
    """Send the packets evenly at a rate, in groups of one millisecond."""
    began, group = time.monotonic(), max(round(rate / 1000), 1)
    for start in range(0, len(packets), group):
        for packet in packets[start : start + group]:
            port.send(packet)
        time.sleep(max(began + (start + group) / rate - time.monotonic(), 0.0))
    ends.append(time.monotonic() - began)


def main(rate: float = 20_000.0, seconds: float = 30.0) -> None:
    instrument = Instrument()
    feedback, schedule = Feedback(instrument.store, lambda: ("Structure",)), Schedule()
    reader = OscInput("127.0.0.1", 0, instrument.router, feedback, schedule)
    reader.start()
    count = round(rate * seconds)
    packets = [
        build_message(f"/distill/{NAMES[n % len(NAMES)]}", [0.5 + n % 1000 / 2000])
        for n in range(count)
    ]
    port, listener = LivePort(reader.port), LivePort(reader.port)
    listener.send(build_message("/distill/subscribe", []))
    ends: list[float] = []
    sender = threading.Thread(target=send, args=(port, packets, rate, ends))
    sender.start()
    while sender.is_alive():
        feedback.tick(time.monotonic())
        time.sleep(0.01)
    port.ping()
    reader.stop()
    received = instrument.router.counters.received - port.pings
    print(f"{count} messages in {ends[0]:.1f} s, {count / ends[0]:.0f}/s: {received} taken, "
          f"{count - received} lost")  # fmt: skip
    if received != count:
        sys.exit("messages were lost")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
