"""What interrupts the sound is reported."""

from __future__ import annotations

from distill_live.live.ipc.tap import TapRing
from distill_live.live.server.deck import Deck
from distill_live.live.server.interruptions import GapWatch, Interruption
from distill_live.parameters import ParameterStore


def test_a_gap_between_two_outputs_is_reported_once_with_where_the_ring_stood_still() -> None:
    tap, deck = TapRing(), Deck(1, ParameterStore(), journal=False)
    watch = GapWatch(tap)
    deck.ring.advance(5_000)
    assert watch.poll(deck) is None
    tap.note_gap(0.5)
    deck.ring.advance(1_000)
    assert watch.poll(deck) == Interruption(1, 5_000, 24_000)
    assert watch.poll(deck) is None
    tap.note_gap(0.001)
    assert watch.poll(deck) is None


def test_a_gap_belongs_to_the_deck_that_played_before_it() -> None:
    tap, parameters = TapRing(), ParameterStore()
    old, new = Deck(0, parameters, journal=False), Deck(1, parameters, journal=False)
    watch = GapWatch(tap)
    old.ring.advance(5_000)
    watch.poll(old)
    tap.note_gap(0.5)
    assert watch.poll(new) == Interruption(0, 5_000, 24_000)
