"""Tempo, beat and bar: the instrument's own, a MIDI clock's or those of an Ableton Link session."""

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
#: Who may be asked to lead: one source, or whichever comes first.
SOURCES = ("auto", "internal", "midi", "link")

#: After so many seconds without news of the Link session, it is gone.
LINK_GONE_S = 2.0
#: A boundary that is nearer than this, in beats, is reached.
_REACHED = 1e-6
_NAMES = {"internal": "nobody", "midi": "the MIDI clock", "link": "Ableton Link"}


@dataclass
class _LinkSession:
    """The latest news of a Link session: its beats, and how many others are in it."""

    line: BeatLine
    peers: int

    def is_there(self, now: float) -> bool:
        return self.peers > 0 and now - self.line.at < LINK_GONE_S


class Tempo:
    """Which beat it is. Everything may be called from any thread; times are those of `clock`.

    Without anybody to follow, it keeps its own tempo. A MIDI clock or a Link session that begins
    leads from then on, until it is gone; then the other one, or the tempo goes on by itself as it
    was. `lead` binds it to one of them. `log` takes a line of text for people.
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
        #: Beats of a bar, 1..16.
        self.beats_per_bar = 4
        #: Called, on any thread, with a tempo that is set here while a Link session leads.
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
        """Who leads now."""
        return self._leader

    def beat(self, now: float) -> float:
        """The beat at a time, with its fraction; 0 is the first of a bar."""
        return self._line.beat_at(now)

    def phase(self, now: float) -> float:
        """How far the bar has come, 0..1 (1 excluded)."""
        part = self.beat(now) / self.beats_per_bar
        return min(part - math.floor(part), math.nextafter(1.0, 0.0))

    def seconds(self, beats: float) -> float:
        """How long so many beats last, at the tempo of now."""
        return beats * 60.0 / self.bpm

    def next_boundary(self, beats: float, now: float) -> float:
        """The first time from `now` on at which the beat is a multiple of `beats` (above 0).

        With `beats_per_bar` for `beats`, that is where the next bar begins.
        """
        line = self._line
        count = math.ceil(line.beat_at(now) / beats - _REACHED)
        return max(line.time_of(count * beats), now)

    def set_bpm(self, bpm: float) -> bool:
        """Play at another tempo, clipped to 20..300, from now on; False where a MIDI clock leads.

        Where a Link session leads, the tempo is proposed to it. Raises ParameterError for what is
        no finite number.
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
        """Take a tap of a row, one a beat: from the second on they are the tempo, and each is a
        beat. Where a Link session leads, the tempo is proposed to it.

        Raises ParameterError where a MIDI clock leads.
        """
        with self._lock:
            if self._leader == "midi":
                raise ParameterError(f"{_NAMES['midi']} says what the tempo is")
            bpm = self._taps.tap(self._clock())
        if bpm is None:
            return
        self.set_bpm(bpm)
        with self._lock:
            if self._leader == "internal":
                now = self._clock()
                self._line = BeatLine(round(self.beat(now)), now, self.bpm)

    def begin_bar(self) -> None:
        """Let a bar begin now. Raises ParameterError where somebody else leads."""
        with self._lock:
            if self._leader != "internal":
                raise ParameterError(f"{_NAMES[self._leader]} says where bars begin")
            now, bar = self._clock(), self.beats_per_bar
            self._line = BeatLine(round(self.beat(now) / bar) * bar, now, self.bpm)

    def lead(self, source: str) -> None:
        """Follow only that source, while it is there; "auto": whichever comes first.

        Raises ParameterError for another word.
        """
        if source not in SOURCES:
            raise ParameterError(f"no tempo source {source!r}; legal: {', '.join(SOURCES)}")
        with self._lock:
            self._wanted = source
            self._elect(self._clock())

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """Take a message of a MIDI clock that came at `at`.

        `kind`: "tick" (24 a beat), "start", "continue", "stop", or "position" with the number of
        sixteenths since the beginning as `value`.
        """
        with self._lock:
            self._midi.receive(kind, value, at)
            if kind == "tick":
                self._elect(at)

    def receive_link(self, line: BeatLine, peers: int) -> None:
        """Take what a Link session says: its beats, and how many others are in it."""
        with self._lock:
            self._link = _LinkSession(line, peers)
            self._elect(line.at)

    def tick(self, now: float) -> None:
        """Notice who is gone."""
        with self._lock:
            self._elect(now)

    def _elect(self, now: float) -> None:
        """Find who leads, and take over its beats."""
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
            self._log(f"tempo: {_NAMES[leader]} leads, {self.bpm:.1f} BPM")
