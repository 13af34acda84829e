"""Tempo, beat and bar: the instrument's own, a MIDI clock's, or an Ableton Link session's."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal

from distill_live.control.timing.beat_line import DEFAULT_BPM, BeatLine, legal_bpm
from distill_live.control.timing.midi_clock import ClockKind, MidiClock
from distill_live.control.timing.tap_tempo import TapTempo
from distill_live.errors import ParameterError

Source = Literal["internal", "midi", "link"]
#: What can be asked to lead: one source, or "auto", the first that comes.
SOURCES = ("auto", "internal", "midi", "link")

#: After so many seconds without news of the Link session, it is gone.
LINK_GONE_S = 2.0
#: A boundary nearer than this, in beats, counts as reached.
_REACHED = 1e-6
_NAMES = {"internal": "the internal clock", "midi": "the MIDI clock", "link": "Ableton Link"}


@dataclass
class _LinkSession:
    """The latest news of a Link session: its beats, and how many others are in it."""

    line: BeatLine
    peers: int

    def is_there(self, now: float) -> bool:
        return self.peers > 0 and now - self.line.at < LINK_GONE_S


class Tempo:
    """Says which beat it is. All methods may be called from any thread; times are those of `clock`.

    With nothing to follow, it keeps its own tempo. The first MIDI clock or Link session to come
    becomes the master until it disappears; then the other takes over, or the tempo stays as it
    was. `lead` restricts this to one source. `log` takes a line of text for the user.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._clock, self._log = clock, log
        self._lock = threading.Lock()
        self._line = BeatLine(0.0, clock(), DEFAULT_BPM)
        self._midi, self._taps = MidiClock(), TapTempo()
        self._link = _LinkSession(BeatLine(0.0, -inf, DEFAULT_BPM), 0)
        self._wanted = "auto"
        self._leader: Source = "internal"
        #: Beats per bar, 1..16.
        self.beats_per_bar = 4
        #: Called, on any thread, with the new tempo when it is set here while Link leads.
        self.on_proposal: Callable[[float], None] = lambda bpm: None

    @property
    def bpm(self) -> float:
        """Beats per minute, 20..300."""
        return self._line.bpm

    @property
    def line(self) -> BeatLine:
        """The beats as they pass now."""
        return self._line

    @property
    def source(self) -> Source:
        """Which source leads now."""
        return self._leader

    def beat(self, now: float) -> float:
        """The beat at a time, with its fraction; 0 is the first beat of a bar."""
        return self._line.beat_at(now)

    def phase(self, now: float) -> float:
        """The position in the bar, 0..1 (1 excluded)."""
        part = self.beat(now) / self.beats_per_bar
        return min(part - math.floor(part), math.nextafter(1.0, 0.0))

    def seconds(self, beats: float) -> float:
        """How many seconds so many beats last at the present tempo."""
        return beats * 60.0 / self.bpm

    def next_boundary(self, beats: float, now: float) -> float:
        """The first time from `now` on at which the beat is a multiple of `beats` (above 0).

        If `beats` is `beats_per_bar`, that is the start of the next bar.
        """
        line = self._line
        count = math.ceil(line.beat_at(now) / beats - _REACHED)
        return max(line.time_of(count * beats), now)

    def set_bpm(self, bpm: float) -> bool:
        """Set the tempo, clipped to 20..300 BPM; returns False, and does nothing, if a MIDI clock
        leads.

        If Link leads, the tempo is proposed to its session. Raises ParameterError unless it is a
        finite number.
        """
        bpm = legal_bpm(bpm)
        with self._lock:
            if self._leader == "midi":
                return False
            now, leader = self._clock(), self._leader
            self._line = BeatLine(self.beat(now), now, bpm)
        if leader == "link":
            self.on_proposal(bpm)
        return True

    def tap(self) -> None:
        """Tap once a beat: from the second tap on, the taps set the tempo and the beats. If Link
        leads, the tempo is proposed to its session.

        Raises ParameterError if a MIDI clock leads.
        """
        with self._lock:
            if self._leader == "midi":
                raise ParameterError(f"{_NAMES['midi']} is the master and sets the tempo")
            bpm = self._taps.tap(self._clock())
        if bpm is None:
            return
        self.set_bpm(bpm)
        with self._lock:
            if self._leader == "internal":
                now = self._clock()
                self._line = BeatLine(round(self.beat(now)), now, self.bpm)

    def begin_bar(self) -> None:
        """Start a bar now. Raises ParameterError if a MIDI clock or Link leads."""
        with self._lock:
            if self._leader != "internal":
                raise ParameterError(
                    f"{_NAMES[self._leader]} is the master and decides where bars begin"
                )
            now, bar = self._clock(), self.beats_per_bar
            self._line = BeatLine(round(self.beat(now) / bar) * bar, now, self.bpm)

    def lead(self, source: str) -> None:
        """Follow only this source, while it is there; "auto": the first that comes.

        Raises ParameterError for any other word.
        """
        if source not in SOURCES:
            raise ParameterError(f"no tempo source {source!r}; legal: {', '.join(SOURCES)}")
        with self._lock:
            self._wanted = source
            self._elect(self._clock())

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """Follow a message of a MIDI clock that came at `at`.

        `kind` is "tick" (24 a beat), "start", "continue", "stop" or "position", whose `value` is
        the number of sixteenths since the start.
        """
        with self._lock:
            self._midi.receive(kind, value, at)
            if kind == "tick":
                self._elect(at)

    def receive_link(self, line: BeatLine, peers: int) -> None:
        """Follow a Link session: its beats, and how many others are in it."""
        with self._lock:
            self._link = _LinkSession(line, peers)
            self._elect(line.at)

    def tick(self, now: float) -> None:
        """Notice when a source is gone."""
        with self._lock:
            self._elect(now)

    def _elect(self, now: float) -> None:
        """Find which source leads, and take over its beats."""
        sources: dict[Source, MidiClock | _LinkSession] = {"midi": self._midi, "link": self._link}
        there = [
            name
            for name, source in sources.items()
            if source.is_there(now) and self._wanted in ("auto", name)
        ]
        leader = self._leader if self._leader in there else (*there, "internal")[0]
        if leader == "midi":
            self._line = self._midi.line
        elif leader == "link":
            self._line = self._link.line
        if leader != self._leader:
            self._leader = leader
            self._log(f"tempo: {_NAMES[leader]} is the master, {self.bpm:.1f} BPM")
