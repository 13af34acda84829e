"""Clients that move three parameters and note when they have a value: pages, OSC, a controller.

Values are steps of a controller, 0..127, which all of them can tell apart.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from tests.benchmarks.browser import Browser
from tests.commands.server_process import OscClient
from tests.inputs.midi.jack_server import Controller

#: The parameters, with their range and the controller's number.
FADERS = {"gain": (0.0, 2.0, 7), "width": (0.0, 1.0, 10), "temperature": (0.1, 2.0, 1)}
STEPS = 127
#: Floats of 32 bits, and what a fader shows of them.
TOLERANCE = 1e-4

#: Notes on the page when a fader has which value, and moves one as a drag does.
PREPARE = """(async () => {
  const { sendSoon } = await import('/page/js/core/store.js')
  const now = () => (performance.timeOrigin + performance.now()) / 1000
  window.shown = []
  const notice = (records) => {
    for (const { target } of records) {
      const value = Number(target.getAttribute('aria-valuenow'))
      window.shown.push([target.dataset.name, value, now()])
    }
  }
  for (const name of NAMES) {
    const fader = document.querySelector(`[role=slider][data-name="${name}"]`)
    new MutationObserver(notice).observe(fader, { attributeFilter: ['aria-valuenow'] })
  }
  window.move = (name, value) => { sendSoon(`/distill/${name}`, value); return now() }
})()"""


class Client(Protocol):
    """One of those that agree."""

    def move(self, name: str, step: int) -> float:
        """Give a parameter a value; when that was, in seconds of time.time()."""

    def told(self) -> list[tuple[str, int, float]]:
        """What has come since the last call: the parameter, the step, when."""


class Page:
    """A browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        browser.run(PREPARE.replace("NAMES", json.dumps(list(FADERS))))

    def move(self, name: str, step: int) -> float:
        """As a drag does; the page waits for up to 16 ms before it sends."""
        return float(self._browser.run(f"move({json.dumps(name)}, {value_of(name, step)})"))

    def told(self) -> list[tuple[str, int, float]]:
        """What its faders have shown."""
        found = self._browser.run("window.shown.splice(0)")
        return [(name, step_of(name, value), at) for name, value, at in found]


class OscSurface:
    """An OSC client that is told all changes; use with `with`."""

    def __init__(self, port: int) -> None:
        self._client, self._open = OscClient(port), True
        self._told: list[tuple[str, int, float]] = []
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def _listen(self) -> None:
        renewed = -60.0
        while self._open:
            if time.monotonic() > renewed + 20:
                self._client.send("/distill/subscribe")
                renewed = time.monotonic()
            with suppress(TimeoutError):
                for address, arguments in self._client.hear_all():
                    name = address.removeprefix("/distill/")
                    if name in FADERS:
                        step = step_of(name, float(str(arguments[0])))
                        self._told.append((name, step, time.time()))

    def move(self, name: str, step: int) -> float:
        """Send a message."""
        at = time.time()
        self._client.send(f"/distill/{name}", value_of(name, step))
        return at

    def told(self) -> list[tuple[str, int, float]]:
        """What it was told."""
        found, self._told = self._told, []
        return found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open = False
        self._thread.join()
        self._client.close()


class MidiSurface:
    """A controller with motor faders."""

    def __init__(self, controller: Controller) -> None:
        self._controller, self._read = controller, 0

    def move(self, name: str, step: int) -> float:
        """Turn the knob of a parameter."""
        at = time.time()
        self._controller.send_once(0xB0, FADERS[name][2], step)
        return at

    def told(self) -> list[tuple[str, int, float]]:
        """Where its motors have moved."""
        names = {cc: name for name, (_, _, cc) in FADERS.items()}
        found = []
        for number in range(self._read, len(self._controller.received)):
            status, cc, step = bytes.fromhex(self._controller.received[number])
            if status & 0xF0 == 0xB0 and cc in names:
                found.append((names[cc], step, self._controller.arrivals[number]))
            self._read += 1
        return found


def value_of(name: str, step: int) -> float:
    """The value at a step of a fader, 0..127."""
    low, high, _ = FADERS[name]
    return low + (high - low) * step / STEPS


def step_of(name: str, value: float) -> int:
    """The step at which a fader has a value; -1 if it is between two."""
    low, high, _ = FADERS[name]
    exact = (value - low) / (high - low) * STEPS
    return round(exact) if abs(exact - round(exact)) < TOLERANCE * STEPS else -1
