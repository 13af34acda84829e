"""MIDI devices: finding them by name, reading them, setting their lights and faders."""

from __future__ import annotations

from distill_live.inputs.midi import libraries, ports
from distill_live.inputs.midi.reader import MidiInput

__all__ = ["MidiInput", "list_inputs"]


def list_inputs() -> list[str]:
    """The names of the machine's MIDI inputs.

    Raises DeviceError ("MIDI unavailable: why") when there is no library or system to ask.
    """
    return ports.list_inputs(libraries.find_backend())
