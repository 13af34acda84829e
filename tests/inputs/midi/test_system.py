"""Closing the ports of a MIDI system."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from distill_live.errors import DeviceError
from distill_live.inputs.midi.backend import MidiBackend, RtMidiBackend
from distill_live.inputs.midi.names import PortName
from distill_live.inputs.midi.ports import MidiPorts
from distill_live.inputs.midi.system import MidiSystem


@dataclass
class RecordedPort:
    """A port that notes when it is closed, and may refuse."""

    name: str
    events: list[str]
    refuses: bool = False

    def close(self) -> None:
        self.events.append(self.name)
        if self.refuses:
            raise DeviceError("it is gone")


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(
        "distill_live.inputs.midi.system.time.sleep", lambda _: found.append("wait")
    )
    return found


def opened(name: str, events: list[str]) -> MidiSystem:
    """A system with a pulse, and an input and an output that are gone."""
    probe, sender, pulse = (RecordedPort(one, events) for one in ("probe", "sender", "pulse"))
    system = MidiSystem(name, probe, sender, pulse=pulse)  # type: ignore[arg-type]
    gone = RecordedPort("knobs", events, refuses=True)
    system.inputs[PortName(name, "knobs:out")] = gone  # type: ignore[assignment]
    system.outputs[PortName(name, "knobs:in")] = RecordedPort("lights", events)  # type: ignore[assignment]
    return system


def test_jack_has_time_to_tell_its_clients_of_each_change(events: list[str]) -> None:
    opened("JACK", events).close()
    ports = ("knobs", "lights", "pulse", "probe", "sender")
    assert events == [event for port in ports for event in ("wait", port)]


def test_other_systems_close_at_once(events: list[str]) -> None:
    opened("ALSA", events).close()
    assert events == ["knobs", "lights", "pulse", "probe", "sender"]


@pytest.mark.parametrize(("name", "waits"), [("JACK", ["wait"]), ("ALSA", [])])
def test_other_devices_wait_only_once_for_one_that_is_gone(
    events: list[str], name: str, waits: list[str]
) -> None:
    nothing: MidiBackend = RtMidiBackend({}, object, object, ())
    ports = MidiPorts(nothing, (), lambda line: None)
    system = opened(name, events)
    ports._systems[name] = system
    system.is_alive = lambda: True  # type: ignore[method-assign]
    ports.scan(0.0)
    assert events == [*waits, "knobs", "lights"]
    assert not system.inputs and not system.outputs
