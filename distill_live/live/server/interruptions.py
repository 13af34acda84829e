"""Watches for what interrupts the sound: passages that the audio process repeats because a ring ran
dry, and gaps between one output and the next; part of control."""

from __future__ import annotations

from typing import NamedTuple

from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.status import LiveStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.recording.gaps import SHORTEST_GAP
from distill_live.live.server.deck import Deck


class Interruption(NamedTuple):
    """A bridge or a gap that is over: its deck, the position in the deck's ring, which stood still
    meanwhile, and its length in samples at 48 kHz."""

    deck: int
    at: int
    samples: int


class BridgeWatch:
    """Reports each bridge once, after its end; `poll` is called many times a second."""

    def __init__(self, status: LiveStatus) -> None:
        self._status = status
        self._told = 0
        self._deck, self._at = 0, 0

    def poll(self, deck: Deck) -> Interruption | None:
        """The bridge that has ended since the last call, if any; `deck` is the one that plays."""
        if self._status["bridging"]:
            self._deck, self._at = deck.number, deck.ring.read_position
            return None
        bridged = int(self._status["bridged"])
        samples, self._told = bridged - self._told, bridged
        return Interruption(self._deck, self._at, samples) if samples else None


class GapWatch:
    """Reports each gap between two outputs once, after its end; `poll` is called many times a
    second."""

    def __init__(self, tap: TapRing) -> None:
        self._tap = tap
        self._told = 0.0
        self._deck, self._at = 0, 0

    def poll(self, deck: Deck) -> Interruption | None:
        """The gap that has ended since the last call, if any; `deck` is the one that plays."""
        number, at = self._deck, self._at
        self._deck, self._at = deck.number, deck.ring.read_position
        gaps = self._tap.gap_seconds
        seconds, self._told = gaps - self._told, gaps
        if seconds < SHORTEST_GAP:
            return None
        return Interruption(number, at, round(seconds * SAMPLE_RATE))
