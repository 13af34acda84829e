"""Reads the bytes of MIDI messages into events of a device's controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from distill_live.control.midi.event import (
    BEND_CENTRE,
    MAX_7_BIT,
    MAX_14_BIT,
    ClockKind,
    ClockMessage,
    MidiEvent,
    MidiKind,
)

#: Controllers with a meaning of their own.
BANK, BANK_FINE, DATA, DATA_FINE, INCREMENT, DECREMENT = 0, 32, 6, 38, 96, 97
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
#: Controllers below this number are coarse halves of pairs; the fine half is this much higher.
PAIRED = 32

_RESET = 0xFF
_SYSEX, _SYSEX_END = 0xF0, 0xF7
#: How many data bytes follow a status byte; for channel messages, by its upper half.
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_DATA_BYTES |= {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
_DATA_BYTES |= dict.fromkeys((0xF8, 0xFA, 0xFB, 0xFC, 0xFE, _RESET), 0)
_CLOCK: dict[int, ClockKind] = {
    0xF2: "position", 0xF8: "tick", 0xFA: "start", 0xFB: "continue", 0xFC: "stop",
}  # fmt: skip
#: The most NRPNs of one channel that are remembered.
_MAX_NRPNS = 1024


class MalformedMidiError(ValueError):
    """The bytes are not a MIDI message."""


@dataclass
class _Nrpn:
    """The value 0..16383 of one NRPN, and how the device sends it.

    A device that sends fine halves sends one with each coarse half, usually after it. The value is
    told only when both have come; otherwise it would jump back and forth.
    """

    value: int = BEND_CENTRE
    is_known: bool = False
    is_fine: bool = False
    fine_first: int | None = None

    def receive(self, number: int, raw: int) -> bool:
        """Use a data message of a controller; returns whether there is a value to tell now."""
        if number == DATA:
            return self._receive_coarse(raw)
        if number == DATA_FINE:
            return self._receive_fine(raw)
        step = 1 if self.is_fine else 128
        self.value += step if number == INCREMENT else -step
        self.value = min(max(self.value, 0), MAX_14_BIT)
        return True

    def _receive_coarse(self, raw: int) -> bool:
        self.value = raw * 128 + (self.fine_first or 0)
        if self.fine_first is not None:
            return True
        self.is_known = True
        return not self.is_fine

    def _receive_fine(self, raw: int) -> bool:
        self.is_fine = True
        if not self.is_known:
            self.fine_first = raw
            return False
        self.value = self.value // 128 * 128 + raw
        return True


@dataclass
class _Channel:
    """What later messages of a channel need of earlier ones; None: not sent yet."""

    coarse: dict[int, int] = field(default_factory=dict)
    bank: int | None = None
    bank_fine: int | None = None
    number: int | None = None
    number_fine: int | None = None
    nrpns: dict[int, _Nrpn] = field(default_factory=dict)

    def selected(self) -> int | None:
        """The NRPN that data messages set; None if none is selected."""
        if self.number is None or self.number_fine is None:
            return None
        number = self.number * 128 + self.number_fine
        return None if number == MAX_14_BIT else number


class MidiParser:
    """Reads the messages of one device, named `device`, in order."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._channels = [_Channel() for _ in range(16)]
        self._readers: dict[int, Callable[[int, int, int], Iterator[MidiEvent]]] = {
            0x80: lambda channel, note, _: self._note(channel, note, 0),
            0x90: self._note,
            0xA0: self._poly_pressure,
            0xB0: self._control,
            0xC0: self._program,
            0xD0: self._pressure,
            0xE0: self._bend,
        }

    def parse(self, data: Sequence[int]) -> list[MidiEvent | ClockMessage]:
        """The events in the bytes of one or more whole messages; messages that no mapping can use
        give none.

        Raises MalformedMidiError, and changes nothing, when the bytes are not whole messages.
        """
        found: list[MidiEvent | ClockMessage] = []
        for status, first, second in list(_messages(data)):
            if status < _SYSEX:
                found += self._readers[status & 0xF0](status & 0x0F, first, second)
            elif status in _CLOCK:
                found.append(ClockMessage(_CLOCK[status], second * 128 + first))
            elif status == _RESET:
                self._channels = [_Channel() for _ in range(16)]
        return found

    def _event(self, kind: MidiKind, channel: int, number: int, raw: int, top: int) -> MidiEvent:
        return MidiEvent(self._device, kind, channel + 1, number, raw / top, raw)

    def _note(self, channel: int, note: int, velocity: int) -> Iterator[MidiEvent]:
        yield self._event("note", channel, note, velocity, MAX_7_BIT)

    def _poly_pressure(self, channel: int, note: int, pressure: int) -> Iterator[MidiEvent]:
        yield self._event("poly_pressure", channel, note, pressure, MAX_7_BIT)

    def _pressure(self, channel: int, pressure: int, _: int) -> Iterator[MidiEvent]:
        yield self._event("pressure", channel, 0, pressure, MAX_7_BIT)

    def _bend(self, channel: int, fine: int, coarse: int) -> Iterator[MidiEvent]:
        raw = coarse * 128 + fine
        # There is one step more below the centre than above it; the centre must still be 0.5.
        above = max(raw - BEND_CENTRE, 0) / (MAX_14_BIT - BEND_CENTRE)
        value = min(raw, BEND_CENTRE) / BEND_CENTRE / 2 + above / 2
        yield MidiEvent(self._device, "bend", channel + 1, 0, value, raw)

    def _program(self, channel: int, program: int, _: int) -> Iterator[MidiEvent]:
        number = self._bank(channel) * 128 + program
        yield MidiEvent(self._device, "program", channel + 1, number, 1.0, program)

    def _bank(self, channel: int) -> int:
        # For a device that sends only one half of the number, that half is the whole number.
        state = self._channels[channel]
        if state.bank is None or state.bank_fine is None:
            return state.bank or state.bank_fine or 0
        return state.bank * 128 + state.bank_fine

    def _control(self, channel: int, number: int, raw: int) -> Iterator[MidiEvent]:
        state = self._channels[channel]
        yield self._event("cc", channel, number, raw, MAX_7_BIT)
        if number < PAIRED:
            state.coarse[number] = raw
        elif number - PAIRED in state.coarse:
            whole = state.coarse[number - PAIRED] * 128 + raw
            yield self._event("cc14", channel, number - PAIRED, whole, MAX_14_BIT)
        if number == BANK:
            state.bank = raw
        elif number == BANK_FINE:
            state.bank_fine = raw
        elif number in (RPN, RPN_FINE):
            state.number = state.number_fine = None
        elif number == NRPN:
            state.number = raw
        elif number == NRPN_FINE:
            state.number_fine = raw
        elif number in (DATA, DATA_FINE, INCREMENT, DECREMENT):
            yield from self._data(channel, number, raw)

    def _data(self, channel: int, number: int, raw: int) -> Iterator[MidiEvent]:
        state = self._channels[channel]
        selected = state.selected()
        if selected is None:
            return
        if selected not in state.nrpns and len(state.nrpns) >= _MAX_NRPNS:
            state.nrpns.clear()
        nrpn = state.nrpns.setdefault(selected, _Nrpn())
        if nrpn.receive(number, raw):
            yield self._event("nrpn", channel, selected, nrpn.value, MAX_14_BIT)


def _messages(data: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Each message as its status and two data bytes, 0 for those that it lacks.

    Some programs put several messages into one packet. SysEx is left out; clock bytes may stand
    inside it.
    """
    if not data:
        raise MalformedMidiError("the message is empty")
    start = 0
    while start < len(data):
        status = data[start]
        if status == _SYSEX:
            start = _sysex_end(data, start)
            continue
        count = _DATA_BYTES.get(status & 0xF0 if status < _SYSEX else status)
        if count is None:
            raise MalformedMidiError(f"no message begins with the byte {status}")
        values = data[start + 1 : start + 1 + count]
        if len(values) < count or not all(0 <= value <= MAX_7_BIT for value in values):
            raise MalformedMidiError(
                f"a message with the status {status:#04x} has {count} data bytes of 0..127"
            )
        yield status, values[0] if count else 0, values[1] if count > 1 else 0
        start += 1 + count


def _sysex_end(data: Sequence[int], start: int) -> int:
    """Where the message after a SysEx message begins."""
    for place in range(start + 1, len(data)):
        if data[place] == _SYSEX_END:
            return place + 1
        if not 0 <= data[place] <= MAX_7_BIT and data[place] < 0xF8:
            raise MalformedMidiError("system-exclusive data does not end with F7")
    # A long SysEx message comes in parts.
    return len(data)
