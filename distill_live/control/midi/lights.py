"""Lights and motor faders of MIDI devices: how one is set, and when.

A device shows its own controls' moves by itself, so it is sent only changes made elsewhere. Which
lights a patch has is determined in routing/patch_lights.py.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from distill_live.control.midi.event import MAX_7_BIT, MAX_14_BIT, MidiEvent, port_matches

LightKind = Literal["cc", "cc14", "nrpn", "note", "bend"]

#: Seconds for which a control that was moved by hand is left alone.
HOLD_S = 0.2
#: The most changes that one tick sends; the others follow in the next ticks. A MIDI cable carries
#: about a thousand messages a second.
_CHANGES_PER_TICK = 32
#: The controllers that select an NRPN and carry its value, coarse and fine.
_NRPN = (99, 98, 6, 38)


@dataclass(frozen=True)
class Light:
    """A control of a device that can show its parameter's value.

    `travel` gives that value, as 0..1. `kind`, `channel` (1..16) and `number` are those of the
    control's events (see `MidiEvent`). `device` is a pattern of its port's name; None means every
    open port.
    """

    kind: LightKind
    channel: int
    number: int
    travel: Callable[[], float]
    device: str | None = None

    def raw(self) -> int:
        """The value to show: 0..127, or 0..16383 for the kinds with 14 bits."""
        top = MAX_7_BIT if self.kind in ("cc", "note") else MAX_14_BIT
        return round(min(max(self.travel(), 0.0), 1.0) * top)

    def messages(self, raw: int) -> list[Sequence[int]]:
        """The MIDI messages that show `raw`."""
        low, coarse, fine = self.channel - 1, raw >> 7, raw & 0x7F
        control = 0xB0 | low
        if self.kind == "cc":
            return [(control, self.number, raw)]
        if self.kind == "note":
            return [(0x90 | low, self.number, raw)]
        if self.kind == "bend":
            return [(0xE0 | low, fine, coarse)]
        if self.kind == "cc14":
            return [(control, self.number, coarse), (control, self.number + 32, fine)]
        values = (self.number >> 7, self.number & 0x7F, coarse, fine)
        return [(control, number, value) for number, value in zip(_NRPN, values, strict=True)]

    def is_of(self, event: MidiEvent) -> bool:
        """Whether an event comes from this control."""
        mine = (self.kind, self.channel, self.number)
        return mine == (event.kind, event.channel, event.number) and (
            self.device is None or port_matches(self.device, event.device)
        )


class MidiLights:
    """Sends lights and motor faders the values that they don't show yet.

    `send` takes a device's pattern (None: all open ports) and the bytes of a message. A control
    that was moved by hand is left alone for `HOLD_S`, then it is sent the resulting value if it
    shows another one. `rate` is in ticks a second. May be used from several threads.
    """

    def __init__(
        self,
        send: Callable[[str | None, Sequence[int]], None],
        rate: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send, self._period_s, self._clock = send, 1.0 / rate, clock
        self._lock = threading.Lock()
        self._lights: list[Light] = []
        self._shown: dict[int, int] = {}
        self._touched: dict[int, float] = {}
        self._turn = 0
        self._next = float("-inf")

    def use(self, lights: Sequence[Light]) -> None:
        """Show these lights from now on; all of them are sent again."""
        with self._lock:
            self._lights = list(lights)
            self._touched.clear()
            self._shown.clear()

    def refresh(self) -> None:
        """Send everything again: a device has come that shows nothing yet."""
        with self._lock:
            self._shown.clear()

    def hear(self, event: MidiEvent) -> None:
        """Note an event of a device: the device shows its value by itself."""
        with self._lock:
            for place, light in enumerate(self._lights):
                if light.is_of(event):
                    self._shown[place] = event.raw
                    self._touched[place] = self._clock()

    def tick(self, now: float) -> None:
        """Send what has changed, unless less than a period has passed since the last time."""
        if now < self._next:
            return
        self._next = now + self._period_s
        with self._lock:
            changed = self._changes(now)
        for light, raw in changed:
            for message in light.messages(raw):
                self._send(light.device, message)

    def _changes(self, now: float) -> list[tuple[Light, int]]:
        """The changes to send; a light that has to wait comes first the next time."""
        changed: list[tuple[Light, int]] = []
        count = len(self._lights)
        for place in [(self._turn + step) % count for step in range(count)]:
            if len(changed) == _CHANGES_PER_TICK:
                self._turn = place
                break
            if now - self._touched.get(place, float("-inf")) < HOLD_S:
                continue
            raw = self._lights[place].raw()
            if self._shown.get(place) != raw:
                self._shown[place] = raw
                changed.append((self._lights[place], raw))
        return changed
