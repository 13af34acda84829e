"""MIDI clock: 24 ticks a beat, each a little late or early, become a beat line."""

from __future__ import annotations

from math import inf
from typing import Literal

from distill_live.control.timing.beat_line import DEFAULT_BPM, MAX_BPM, MIN_BPM, BeatLine
from distill_live.control.timing.clock_loop import ClockLoop

ClockKind = Literal["tick", "start", "continue", "stop", "position"]

TICKS_PER_BEAT = 24
#: A song position counts sixteenths of a whole note.
TICKS_PER_POSITION = 6
#: After this many seconds without a tick the clock is gone; at 20 BPM one comes every 0.125 s.
GONE_S = 0.5
#: How many ticks it takes to know the tempo, and to replace it by another one.
FEWEST_TICKS, FEWEST_OF_NEXT = 7, 24


class MidiClock:
    """Follows a MIDI clock: call `receive` with each message; `line` then says which beat it is.

    Cables, drivers and polling make each tick late by a different time. So neither the tempo nor
    the beat comes from a single tick, but from a line through many (see ClockLoop). It follows a
    change of tempo within two beats, one of less than two BPM a little later.
    """

    def __init__(self) -> None:
        self._loop = ClockLoop(60.0 / DEFAULT_BPM / TICKS_PER_BEAT)
        #: The number of the next tick, counted from the start of the piece.
        self._next = 0
        #: The tick at which "continue" resumes.
        self._resume = 0
        self._tick_s = 60.0 / DEFAULT_BPM / TICKS_PER_BEAT
        self._is_known = False
        self._newest = self._tick_at = -inf

    @property
    def line(self) -> BeatLine:
        """The beats of this clock."""
        beat = max(self._next - 1, 0) / TICKS_PER_BEAT
        return BeatLine(beat, self._tick_at, 60.0 / (self._tick_s * TICKS_PER_BEAT))

    def is_there(self, now: float) -> bool:
        """Whether the clock is running, and has run long enough to know its tempo."""
        return self._is_known and now - self._newest < GONE_S

    def receive(self, kind: ClockKind, value: int, at: float) -> None:
        """Follow a message that came at `at`, in seconds of time.monotonic().

        `value` matters only for "position": sixteenths since the start. A stopped clock keeps
        counting, so that an action that waits for a bar does not wait for ever.
        """
        if kind == "tick":
            self._tick(at)
        elif kind == "stop":
            self._resume = self._next
        elif kind == "position":
            self._resume = self._next = max(value, 0) * TICKS_PER_POSITION
        else:
            self._next = self._resume = 0 if kind == "start" else self._resume
            # The next tick is the beat, wherever earlier ticks put it.
            self._loop.restart()

    def _tick(self, at: float) -> None:
        if not 0.0 <= at - self._newest < GONE_S:
            self._loop.forget()
        self._loop.add_tick(at)
        self._newest = at
        self._next += 1
        self._tick_at = self._loop.at
        enough = FEWEST_OF_NEXT if self._is_known else FEWEST_TICKS
        tick_s = self._loop.tick_s
        legal = 60.0 / MAX_BPM <= tick_s * TICKS_PER_BEAT <= 60.0 / MIN_BPM
        if self._loop.ticks >= enough and legal:
            self._tick_s, self._is_known = tick_s, True
