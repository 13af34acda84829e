"""Finds the control to learn: the one that was moved most while listening."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from distill_live.control.midi.encoder import Encoding, steps
from distill_live.control.midi.event import (
    MAX_7_BIT,
    MAX_14_BIT,
    MidiEvent,
    MidiKind,
    control_name,
    device_name,
)

#: Listening ends LISTEN_S seconds after the first message if nothing came for QUIET_S, and in any
#: case after LONGEST_S.
LISTEN_S, QUIET_S, LONGEST_S = 1.0, 0.4, 4.0
#: The most events that are kept: more than a hand can make in that time.
MAX_EVENTS = 4_096

#: Controllers that are never knobs: those that select and step (N)RPNs, and channel modes.
_NO_CONTROLS = (*range(96, 102), *range(120, 128))
#: Controllers that carry an NRPN's value, and that choose a bank; otherwise they are controls.
_DATA, _BANK = (6, 38), (0, 32)
_BUTTON = {0, MAX_7_BIT}
#: This many equal messages, 0 or 127, come from an encoder turned one way, not from a button.
_MORE_THAN_PRESSES = 6
#: The most steps that one message of an encoder means, when it is turned fast.
_FASTEST = 15
#: The least difference between two messages when an encoder turns back (127 after 1).
_BACK = 0x60
#: How much the distance travelled to and fro counts beside the range covered: little, so that a
#: jittering knob does not win over one that is turned. And how much each press or release counts.
_PER_TRAVEL, _PER_PRESS = 0.25, 0.25
#: How many steps of an encoder count as much as a fader's whole travel.
_STEPS = 16


@dataclass(frozen=True)
class Learned:
    """A control: the source of a mapping, and a text for the user.

    A source has the keys of patches: one of cc, nrpn, note, program, bend, pressure and
    poly_pressure; then bits, encoding, channel and device where they are needed. `is_pressed` is
    true for a key, a pad, a button or a program, false for a control that is moved.
    """

    source: dict[str, object]
    text: str
    is_pressed: bool = False


class Learner:
    """Listens to controls, and guesses which one to learn. Times are in seconds."""

    def __init__(self) -> None:
        self._events: list[MidiEvent] = []
        self._first = self._last = 0.0

    def hear(self, event: MidiEvent, now: float) -> None:
        """Note an event that came at time `now`."""
        if not self._events:
            self._first = now
        self._last = now
        if len(self._events) < MAX_EVENTS:
            self._events.append(event)

    def is_ready(self, now: float) -> bool:
        """Whether to stop listening: long enough after the first move, and quiet again."""
        since = now - self._first
        quiet = now - self._last >= QUIET_S
        return bool(self._events) and (since >= LONGEST_S or (since >= LISTEN_S and quiet))

    def guess(self) -> Learned | None:
        """The control that was moved most; None when none was moved."""
        return guess(self._events)


@dataclass(frozen=True)
class _Track:
    """What one control sent."""

    first: MidiEvent
    raws: tuple[int, ...]

    @property
    def encoding(self) -> Encoding | None:
        """Its encoding if it is an endless encoder; None for a knob, a fader or a button."""
        return _encoding(self.raws) if self.first.kind == "cc" else None

    @property
    def is_pressed(self) -> bool:
        """Whether it is a key, a pad, a button or a foot switch."""
        button = self.first.kind == "cc" and set(self.raws) <= _BUTTON and not self.encoding
        return button or self.first.kind in ("note", "program")

    def activity(self) -> float:
        """How much it was moved: about 1 for a fader's whole travel, 0.5 for press and release."""
        if self.is_pressed:
            return _PER_PRESS * len(self.raws)
        if self.encoding:
            return sum(abs(steps(self.encoding, raw)) for raw in self.raws) / _STEPS
        top = MAX_14_BIT if self.first.kind in ("cc14", "nrpn", "bend") else MAX_7_BIT
        travel = sum(abs(after - before) for before, after in pairwise(self.raws))
        return (max(self.raws) - min(self.raws) + _PER_TRAVEL * travel) / top

    def learned(self) -> Learned:
        """The control as the source of a mapping."""
        event, encoding = self.first, self.encoding
        wide = event.kind == "cc14"
        key = "cc" if wide else event.kind
        source: dict[str, object] = {key: event.number if event.kind not in _WHOLE else True}
        if wide:
            source["bits"] = 14
        if encoding:
            source["encoding"] = encoding
        source["channel"] = event.channel
        if device := device_name(event.device):
            source["device"] = device
        what = f", an encoder ({encoding})" if encoding else ""
        if event.kind == "cc" and self.is_pressed:
            what = ", a button"
        text = f"{control_name(event)} of {event.device or 'any device'}{what}"
        return Learned(source, text, self.is_pressed)


#: Kinds of which a channel has only one.
_WHOLE: tuple[MidiKind, ...] = ("bend", "pressure")


def guess(events: Iterable[MidiEvent]) -> Learned | None:
    """The control that these events show was moved most; None when none was moved."""
    collected: dict[tuple[str, int, MidiKind, int], list[MidiEvent]] = defaultdict(list)
    for event in events:
        collected[event.device, event.channel, event.kind, event.number].append(event)
    tracks = [_Track(found[0], tuple(event.raw for event in found)) for found in collected.values()]
    controls = [track for track in tracks if _is_control(track, tracks)]
    if not controls:
        return None
    return max(controls, key=_Track.activity).learned()


def _is_control(track: _Track, tracks: Sequence[_Track]) -> bool:
    """Whether it is a control of its own, rather than a part of another one's messages."""
    event = track.first
    others = {
        (other.first.kind, other.first.number): other
        for other in tracks
        if (other.first.device, other.first.channel) == (event.device, event.channel)
    }
    kinds = {kind for kind, _ in others}
    if event.kind in ("pressure", "poly_pressure"):
        # A pad also sends pressure when it is struck.
        return "note" not in kinds
    if event.kind not in ("cc", "cc14"):
        return True
    if event.number in _NO_CONTROLS or (event.number in _DATA and "nrpn" in kinds):
        return False
    if event.number in _BANK and "program" in kinds:
        return False
    coarse = event.number if event.kind == "cc14" or event.number < 32 else event.number - 32
    pair = others.get(("cc", coarse)), others.get(("cc", coarse + 32))
    return _is_pair(*pair) == (event.kind == "cc14") or event.number >= 64


def _is_pair(coarse: _Track | None, fine: _Track | None) -> bool:
    """Whether two controllers are halves of one, and the fine one is not just a button."""
    if coarse is None or fine is None:
        return False
    return len(fine.raws) * 2 >= len(coarse.raws) and not set(fine.raws) <= _BUTTON


def _encoding(raws: Sequence[int]) -> Encoding | None:
    """The encoding of the encoder that sent these values; None if it was not an encoder.

    After Mixxx's learningutils.cpp: an encoder never sends the value between forth and back, it
    repeats values, and it jumps when it is turned back; a knob does none of these.
    """
    pairs = list(pairwise(raws))
    if set(raws) <= _BUTTON:
        return "ends" if _are_ends(raws) else None
    turns = sum(before == after or abs(after - before) >= _BACK for before, after in pairs)
    if len(raws) < 3 or turns * 3 < len(pairs):
        return None
    low = any(1 <= raw <= _FASTEST for raw in raws)
    above = any(64 < raw <= 64 + _FASTEST for raw in raws)
    below = any(64 - _FASTEST <= raw < 64 for raw in raws)
    high = any(128 - _FASTEST <= raw for raw in raws)
    if not all(map(_is_near, raws)):
        return None
    # Turned one way only, `signed` looks like one of the others; assume those, as more common.
    if not (low or high):
        return "offset"
    if not (above or below):
        return "twos"
    return "signed" if low and above and not (below or high) else None


def _are_ends(raws: Sequence[int]) -> bool:
    """Whether it is an encoder that sends 127 for each step forth and 0 for each step back.

    A button sends both in turn, or always the same value, but less often.
    """
    repeats = sum(before == after for before, after in pairwise(raws))
    if len(set(raws)) == 1:
        return len(raws) >= _MORE_THAN_PRESSES
    return repeats >= 2 and repeats * 2 >= len(raws) - 1


def _is_near(raw: int) -> bool:
    """Whether an encoder of any encoding can send this value."""
    return 1 <= raw <= _FASTEST or 128 - _FASTEST <= raw or 0 < abs(raw - 64) <= _FASTEST
