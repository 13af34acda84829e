"""An OSC reader with everything that it needs, and a client."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.timing.schedule import Schedule
from distill_live.inputs.osc import OscInput
from tests.inputs.conftest import Instrument
from tests.inputs.osc.client import Client


@dataclass
class Desk:
    """An OSC reader on a free port with everything that it needs; nothing ticks by itself."""

    instrument: Instrument
    feedback: Feedback
    schedule: Schedule
    osc: OscInput

    def tick(self) -> None:
        now = time.monotonic()
        self.schedule.tick(now)
        self.feedback.tick(now)


@pytest.fixture
def desk(instrument: Instrument) -> Iterator[Desk]:
    feedback = Feedback(instrument.store, lambda: ("Structure", "Timbre", "Detail"))
    instrument.router.hooks.on_touch = feedback.touched
    schedule = Schedule()
    reader = OscInput("127.0.0.1", 0, instrument.router, feedback, schedule)
    reader.start()
    yield Desk(instrument, feedback, schedule, reader)
    reader.stop()


@pytest.fixture
def osc(desk: Desk) -> OscInput:
    return desk.osc


@pytest.fixture
def ticking(desk: Desk) -> Iterator[None]:
    """Time goes on while the test runs."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.005):
            desk.tick()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.fixture
def client(osc: OscInput) -> Iterator[Client]:
    client = Client(osc.port)
    yield client
    client.socket.close()
