"""MIDI events, in the words that mappings use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: How the names of the instrument's own ports begin.
CLIENT_NAME = "distill-live"
#: Programs that bridge other systems' devices to JACK: the device's name follows the colon.
_BRIDGES = ("a2j", "Midi-Bridge")

MidiKind = Literal["cc", "cc14", "nrpn", "note", "program", "bend", "pressure", "poly_pressure"]
ClockKind = Literal["tick", "start", "continue", "stop", "position"]

#: The largest number that one data byte holds, and that two hold.
MAX_7_BIT = 127
MAX_14_BIT = 16_383
#: The pitch wheel at rest.
BEND_CENTRE = 8_192


@dataclass(frozen=True)
class MidiEvent:
    """One control of one device has moved.

    `device` is the port's name, `channel` 1..16. `number` is the controller 0..127 (of a 14-bit
    pair the coarse one, 0..31), the NRPN 0..16383, the note 0..127, or bank * 128 + program; it is
    0 for a pitch wheel and for channel pressure. `value` is 0..1: a pitch wheel rests at 0.5, a
    note has its velocity, and 0 when it is released; a program change is a press and has 1. `raw`
    is what was sent: 0..127, or 0..16383 for cc14, nrpn and bend.

    A controller of a 14-bit pair gives a "cc" event as well as a "cc14", and a controller that
    carries an NRPN a "cc" as well as an "nrpn"; the mappings choose between them.
    """

    device: str
    kind: MidiKind
    channel: int
    number: int
    value: float
    raw: int


@dataclass(frozen=True)
class ClockMessage:
    """A message of MIDI clock: 24 ticks are a quarter note; a position counts sixteenths, 0..16383.

    `value` is the position, and 0 for all other kinds.
    """

    kind: ClockKind
    value: int = 0


def control_name(event: MidiEvent) -> str:
    """The control of an event in a musician's words, such as "CC 7 on channel 1"."""
    numbered = {"cc": "CC", "cc14": "14-bit CC", "nrpn": "NRPN", "note": "note",
                "program": "program", "poly_pressure": "pressure of note"}  # fmt: skip
    plain = {"bend": "pitch bend", "pressure": "channel pressure"}
    what = plain.get(event.kind) or f"{numbered[event.kind]} {event.number}"
    return f"{what} on channel {event.channel}"


def port_matches(pattern: str, name: str) -> bool:
    """Whether a pattern matches a port's name, in upper or lower case.

    A pattern with `*` (any letters) or `?` (one letter) must match the whole name; without them, a
    part of the name is enough.
    """
    if "*" not in pattern and "?" not in pattern:
        return pattern.casefold() in name.casefold()
    wild = re.escape(pattern.casefold()).replace(r"\*", ".*").replace(r"\?", ".")
    # Several stars in a row match what one does, but could make matching very slow.
    return bool(re.fullmatch(re.sub(r"(\.\*)+", ".*", wild), name.casefold(), re.DOTALL))


def device_name(port: str) -> str:
    """The name of the device in a port's name, such as "nanoKONTROL2": the part that its inputs and
    outputs share and that stays when it is plugged in again. "" for the instrument's own ports.
    """
    client, _, rest = port.partition(":")
    name = rest if client in _BRIDGES and rest else client
    name = re.split(r"[\[(:]", name)[0]
    name = re.sub(r"( \d+)+$", "", name.strip())
    return "" if name == CLIENT_NAME else name
