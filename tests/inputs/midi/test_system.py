"""Closing the ports of a MIDI system."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from distill_live.errors import DeviceError
from distill_live.inputs.midi.names import PortName
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
    """A system with a pulse and one input, which is gone."""
    probe, sender, pulse = (RecordedPort(one, events) for one in ("probe", "sender", "pulse"))
    system = MidiSystem(name, probe, sender, pulse=pulse)  # type: ignore[arg-type]
    gone = RecordedPort("knobs", events, refuses=True)
    system.inputs[PortName(name, "knobs:out")] = gone  # type: ignore[assignment]
    return system


def test_jack_has_time_to_tell_its_clients_of_each_change(events: list[str]) -> None:
    opened("JACK", events).close()
    assert events == ["wait", "knobs", "wait", "pulse", "wait", "probe", "wait", "sender"]


def test_other_systems_close_at_once(events: list[str]) -> None:
    opened("ALSA", events).close()
    assert events == ["knobs", "pulse", "probe", "sender"]
