"""An instrument for testing clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.timing.schedule import Schedule
from distill_live.inputs.osc import OscInput
from tests.clients.relay import Relay
from tests.commands.server_process import ServerProcess
from tests.inputs.conftest import Instrument
from tests.inputs.osc.conftest import Desk


@pytest.fixture(scope="package")
def server(warm: None, tiny_model_path: Path) -> Iterator[ServerProcess]:
    """A real server that plays into nothing, as long as clients are tested."""
    arguments = ("--output", "clock", "--web", "off", "--midi", "no such device")
    with ServerProcess(str(tiny_model_path), *arguments) as running:
        yield running


@pytest.fixture(scope="module")
def relay(server: ServerProcess) -> Iterator[Relay]:
    """A relay between that server and the only client of a module."""
    with Relay(server.osc.port) as relay:
        yield relay


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The OSC input of a server, which notes what it is asked for."""
    instrument = Instrument()
    feedback = Feedback(instrument.store, lambda: ("Structure", "Timbre", "Detail"))
    reader = OscInput("127.0.0.1", 0, instrument.router, feedback)
    reader.start()
    yield Desk(instrument, feedback, Schedule(), reader)
    reader.stop()
