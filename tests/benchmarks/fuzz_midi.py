"""100,000 random MIDI messages into a real server, which is asked for an answer after each ten
thousand.

    python -m tests.benchmarks.fuzz_midi [--messages 100000] [--seed 1]

They come over JACK from a process of its own: plain noise, broken messages, and true ones with
random numbers. Prints how many went out, how long the answers took, and what the server had to say.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator

from tests.commands.server_process import ServerProcess
from tests.inputs.midi.jack_server import Controller, JackServer

BATCH = 10_000
#: Sent and then waited for, so that JACK can carry all of them: about 3,000 messages a second.
_BURST, _BURST_S = 60, 0.022


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with (
        JackServer() as jack,
        Controller(jack, "noise") as noise,
        tempfile.TemporaryDirectory() as folder,
    ):
        # Noise presses the record button, too.
        arguments = ("demo", "--output", "clock", "--midi", "noise", "--recordings", folder)
        with ServerProcess(*arguments, environment=jack.environment) as server:
            answers = fuzz(server, noise, messages(options.messages, options.seed))
            # A knob still turns.
            noise.send_once(0xF7)
            noise.send(0xB0, 7, 127, until=lambda: server.osc.ask("/distill/get", "gain") == [1.0])
            noise.send(0xB0, 7, 0, until=lambda: server.osc.ask("/distill/get", "gain") == [0.0])
            code = server.end()
    print(
        json.dumps(
            {
                "messages": options.messages,
                "answers": len(answers),
                "slowest_answer_s": round(max(answers, default=0.0), 3),
                "exit_code": code,
                "errors": [line for line in server.errors.splitlines() if "Error" in line],
            }
        )
    )


def messages(count: int, seed: int) -> Iterator[bytes]:
    """Random messages: a third noise, a third true ones, a third of them broken."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for number in range(count):
        status = chance.choice([*range(0x80, 0xF0), 0xF2, 0xF8, 0xFA, 0xFB, 0xFC])
        true = bytes([status, chance.randrange(128), chance.randrange(128)])
        length = {0xC0: 2, 0xD0: 2}.get(status & 0xF0, 3 if status < 0xF8 else 1)
        if number % 3 == 0:
            yield chance.randbytes(chance.randrange(1, 9))
        elif number % 3 == 1:
            yield true[:length]
        else:
            yield (true[: chance.randrange(1, 4)] + chance.randbytes(chance.randrange(2)))[::-1]


def fuzz(server: ServerProcess, noise: Controller, stream: Iterator[bytes]) -> list[float]:
    """Send everything; the seconds that each answer to /distill/ping took."""
    answers: list[float] = []
    for number, message in enumerate(stream, 1):
        noise.send_once(*message)
        if number % _BURST == 0:
            time.sleep(_BURST_S)
        if number % BATCH == 0:
            began = time.monotonic()
            assert server.osc.ask("/distill/ping", number) == [number]
            answers.append(time.monotonic() - began)
    return answers


if __name__ == "__main__":
    main()
