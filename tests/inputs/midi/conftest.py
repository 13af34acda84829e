"""A JACK server for the tests, both MIDI libraries, and a target that notes events."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from distill_live.control.midi.event import ClockKind, MidiEvent
from distill_live.inputs.midi import MidiInput, libraries
from distill_live.inputs.midi.backend import RtMidiBackend
from tests.inputs.midi.jack_server import JackServer
from tests.tools import require_module

LIBRARIES = {
    "rtmidi": libraries.python_rtmidi,
    "supriya_midi": libraries.supriya_midi,
}


@dataclass
class Listener:
    """Notes what a MIDI input hands on."""

    events: list[MidiEvent] = field(default_factory=list)
    clock: list[tuple[ClockKind, int, float]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    malformed: int = 0

    def receive_midi(self, event: MidiEvent, sender: Hashable | None = None) -> None:
        assert sender == ("midi", event.device)
        self.events.append(event)

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        self.clock.append((kind, value, at))

    def count_malformed(self, sender: str, reason: str) -> None:
        self.malformed += 1

    def tell(self, kind: str, line: str) -> None:
        self.lines.append(line)

    def raws(self, kind: str, channel: int, number: int) -> list[int]:
        """What one control has sent."""
        wanted = (kind, channel, number)
        return [e.raw for e in self.events if (e.kind, e.channel, e.number) == wanted]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def running_jack() -> Iterator[JackServer]:
    with JackServer() as server:
        yield server


@pytest.fixture
def jack(running_jack: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    return use(running_jack, monkeypatch)


@pytest.fixture(params=LIBRARIES)
def backend(request: pytest.FixtureRequest) -> RtMidiBackend:
    """Each MIDI library, with JACK as the only system."""
    return on_jack(request.param)


@pytest.fixture
def rtmidi() -> RtMidiBackend:
    """python-rtmidi, with JACK as the only system."""
    return on_jack("rtmidi")


def on_jack(module: str) -> RtMidiBackend:
    """A MIDI library with JACK as the only system."""
    require_module(module)
    found = LIBRARIES[module]()
    assert found is not None
    return replace(found, apis={"JACK": found.apis["JACK"]})


def use(server: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    """Make the inputs of this process look for ports on `server`."""
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    return server


@contextmanager
def running(source: MidiInput) -> Iterator[MidiInput]:
    """Run a MIDI input, and stop it at the end."""
    source.start()
    try:
        yield source
    finally:
        source.stop()
