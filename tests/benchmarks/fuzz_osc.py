"""A million packets that nobody would send, into a server that plays; none may end anything.

    python -m tests.benchmarks.fuzz_osc [COUNT] [SEED]

After each ten thousand the server must answer /distill/ping. In the end it must have played without
a restart and say nothing of an error in its own code.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.osc_client import DrainedErrors, LivePort
from tests.commands.server_process import ServerProcess
from tests.inputs.osc.fuzz import fuzzed

ROUND = 10_000
#: So many are sent before the next answer is waited for: fewer than any receive buffer holds.
AT_ONCE = 100


def main(count: int = 1_000_000, seed: int = 1) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("--output", "clock", "--recordings", folder, "--log", f"{folder}/session.log")
        with ServerProcess("demo", *arguments) as server, DrainedErrors(server) as errors:
            port = LivePort(server.osc.port)
            began, slowest, answered = time.monotonic(), 0.0, 0
            for number, packet in enumerate(fuzzed(chance, count), 1):
                port.send(packet)
                if number % AT_ONCE == 0 or number == count:
                    slowest = max(slowest, port.ping())
                if number % ROUND == 0:
                    answered += 1
                    rate = number / (time.monotonic() - began)
                    print(f"{number} packets, {rate:.0f}/s, answered", flush=True)
            print(f"answered {answered} times; slowest answer {slowest * 1e3:.0f} ms")
            errors.end_and_check(Path(folder) / "session.log")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
