"""20,000 messages a second over loopback, while a client listens: how many of them are taken?

    python -m tests.benchmarks.osc_rate [RATE] [SECONDS]

Another process sends them, evenly; what the router received is counted, and the computing time that
it took. A machine that leaves the reader without a core for half a second loses some.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from multiprocessing.connection import Connection

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.timing.schedule import Schedule
from distill_live.inputs.osc import OscInput, build_message
from tests.benchmarks.osc_client import LivePort
from tests.inputs.conftest import Instrument

#: Addresses take turns, as when many faders move.
NAMES = ("seed", "gain", "temperature", "temperature/structure", "top_k", "steer/loudness", "fade")


def send(port: int, count: int, rate: float, answer: Connection) -> None:
    """Send so many messages at a rate, in groups of a millisecond; answers how long it took."""
    packets = [
        build_message(f"/distill/{NAMES[n % len(NAMES)]}", [5.0 + n % 1000 / 2000])
        for n in range(min(count, 7000))
    ]
    live, group = LivePort(port), max(round(rate / 1000), 1)
    began = time.monotonic()
    for start in range(0, count, group):
        for number in range(start, min(start + group, count)):
            live.send(packets[number % len(packets)])
        time.sleep(max(began + (start + group) / rate - time.monotonic(), 0.0))
    answer.send(time.monotonic() - began)


def main(rate: float = 20_000.0, seconds: float = 30.0) -> None:
    instrument = Instrument()
    feedback, schedule = Feedback(instrument.store, lambda: ("Structure",)), Schedule()
    reader = OscInput("127.0.0.1", 0, instrument.router, feedback, schedule)
    reader.start()
    port, count = LivePort(reader.port), round(rate * seconds)
    port.send(build_message("/distill/subscribe", []))
    port.ping()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    sender = context.Process(target=send, args=(reader.port, count, rate, there))
    sender.start()
    spent = time.process_time()
    while not here.poll(0.01):
        feedback.tick(time.monotonic())
    took = here.recv()
    sender.join()
    port.ping()
    spent = time.process_time() - spent
    reader.stop()
    received = instrument.router.counters.received - port.pings
    print(f"{count} messages in {took:.1f} s, {count / took:.0f}/s: {received} taken, "
          f"{count - received} lost, {spent / received * 1e6:.0f} us each")  # fmt: skip
    if received != count:
        sys.exit("messages were lost")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
