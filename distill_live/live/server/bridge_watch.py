"""Watches for passages that the audio process repeats because a ring ran dry; part of control."""

from __future__ import annotations

from typing import NamedTuple

from distill_live.live.ipc.status import LiveStatus
from distill_live.live.server.deck import Deck


class Bridge(NamedTuple):
    """A bridge that is over: its deck, the position in the deck's ring, its length in samples."""

    deck: int
    at: int
    samples: int


class BridgeWatch:
    """Reports each bridge once, after its end; `poll` is called many times a second."""

    def __init__(self, status: LiveStatus) -> None:
        self._status = status
        self._told = 0
        self._deck, self._at = 0, 0

    def poll(self, deck: Deck) -> Bridge | None:
        """The bridge that has ended since the last call, if any; `deck` is the one that plays."""
        if self._status["bridging"]:
            self._deck, self._at = deck.number, deck.ring.read_position
            return None
        bridged = int(self._status["bridged"])
        samples, self._told = bridged - self._told, bridged
        return Bridge(self._deck, self._at, samples) if samples else None
