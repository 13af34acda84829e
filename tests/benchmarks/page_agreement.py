"""How fast two browsers, an OSC client and a MIDI controller agree after one of them moves a value.

    python -m tests.benchmarks.page_agreement [MODEL] [--moves 200] [--seed 1]

Each move gives one of three parameters a random value, from a place that is drawn at random. The
clock starts when the message leaves it, and stops for each of the others when it has the value: for
a browser when its fader does, in the frame that draws it; for the OSC client when it is told; for
the controller when the message for its motor fader arrives. Whoever moved it is not asked. Prints a
line of JSON for each client: how many moves it should have seen, how many of those did not come
within two seconds, `lost`, and milliseconds. JACK hands on messages in blocks of 21 ms, which is
part of the figures, on the way in and out; on a busy machine it loses some. Without JACK there is
no controller.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.browser import Browser, page_address
from tests.benchmarks.page_surfaces import (
    FADERS,
    STEPS,
    Client,
    MidiSurface,
    OscSurface,
    Page,
    value_of,
)
from tests.commands.server_process import OscClient, ServerProcess
from tests.inputs.midi.jack_server import Controller, JackServer
from tests.tools import wait_until

PATCH = "version: 1\nmap:\n" + "".join(
    f"  - {{from: {{cc: {cc}}}, to: {name}, range: [{low}, {high}], feedback: true}}\n"
    for name, (low, high, cc) in FADERS.items()
)
#: Between two moves, in seconds: no client is spared its own changes for longer.
PAUSE = 0.5
PATIENCE = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with ExitStack() as stack:
        clients = assemble(stack, options.model)
        for result in agree(clients, options.moves, random.Random(options.seed)):  # noqa: S311
            print(json.dumps(result), flush=True)


def assemble(stack: ExitStack, model: str) -> dict[str, Client]:
    """Start a server and everyone who plays it."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    (folder / "faders.yaml").write_text(PATCH)
    arguments = [model, "--output", "clock", "--web", "127.0.0.1:0",
                 "--patch", str(folder / "faders.yaml")]  # fmt: skip
    environment, controller = None, None
    if shutil.which("jackd"):
        jack = stack.enter_context(JackServer())
        controller = stack.enter_context(Controller(jack, "knobs"))
        environment = jack.environment
        arguments += ["--midi", "knobs"]
    server = stack.enter_context(ServerProcess(*arguments, environment=environment))
    address = page_address(server)
    clients: dict[str, Client] = {
        "browser 1": Page(stack.enter_context(Browser(address))),
        "browser 2": Page(stack.enter_context(Browser(address))),
        "osc": stack.enter_context(OscSurface(server.osc.port)),
    }
    if controller is not None:
        midi = clients["midi"] = MidiSurface(controller)
        # The server finds the controller's ports by looking for them every second.
        wait_until(lambda: lights_up(server.osc, midi), "the controller's light")
    return clients


def lights_up(osc: OscClient, midi: Client) -> bool:
    """Whether a change of the gain is shown on the controller."""
    for step in (40, 80):
        osc.send("/distill/gain", value_of("gain", step))
        time.sleep(PAUSE)
    return bool(midi.told())


def agree(
    clients: Mapping[str, Client], moves: int, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """Make so many moves; what each client has to say of those of the others."""
    waits: dict[str, list[float | None]] = {name: [] for name in clients}
    last = dict.fromkeys(FADERS, 0)
    for name in FADERS:
        clients["osc"].move(name, 0)
    for _ in range(moves):
        time.sleep(PAUSE)
        for client in clients.values():
            client.told()
        mover, fader = chance.choice(list(clients)), chance.choice(list(FADERS))
        # Another one than before: else there is nothing to tell.
        step = last[fader] = (last[fader] + chance.randint(1, STEPS)) % (STEPS + 1)
        at = clients[mover].move(fader, step)
        others = {name: client for name, client in clients.items() if name != mover}
        for name, moment in moments(others, fader, step).items():
            waits[name].append(None if moment is None else moment - at)
    for name, found in waits.items():
        came = [wait for wait in found if wait is not None]
        shown = {f"p{q}": round(1e3 * float(np.percentile(came, q)), 1) for q in (50, 95, 100)}
        yield {"client": name, "moves": len(found), "lost": len(found) - len(came), **shown}


def moments(clients: Mapping[str, Client], fader: str, step: int) -> dict[str, float | None]:
    """When each client had a value, or None."""
    found: dict[str, float | None] = dict.fromkeys(clients)
    ends = time.monotonic() + PATIENCE
    while None in found.values() and time.monotonic() < ends:
        time.sleep(0.02)
        for name, client in clients.items():
            for told, value, at in client.told():
                if found[name] is None and (told, value) == (fader, step):
                    found[name] = at
    return found


if __name__ == "__main__":
    main()
