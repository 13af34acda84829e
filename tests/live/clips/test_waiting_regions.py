"""Regions that wait for their clip."""

from __future__ import annotations

import threading

from distill_live.live.clips.waiting_regions import WaitingRegions


def test_a_region_is_sent_once_unless_it_was_dropped() -> None:
    sent: list[object] = []
    regions = WaitingRegions()
    for number in (1, 2, 3):
        regions.add(number, ("at", number))
    regions.drop([2], lambda: sent.append("lay"))
    for number in (1, 2, 1, 3):
        regions.hand_on(number, sent.append)
    assert sent == ["lay", ("at", 1), ("at", 3)]


def test_of_another_model_nothing_is_left() -> None:
    sent: list[object] = []
    regions = WaitingRegions()
    regions.add(1, ("at", 1))
    assert regions.has(1)
    assert regions.clear() == [1]
    assert not regions.has(1)
    regions.hand_on(1, sent.append)
    assert sent == []


def test_what_takes_a_region_away_is_sent_after_it() -> None:
    sent: list[object] = []
    regions = WaitingRegions()
    regions.add(1, ("at", 1))
    undone = threading.Thread(target=regions.drop, args=([1], lambda: sent.append("lay")))

    def send(arguments: object) -> None:
        undone.start()
        # The other thread must wait, however long this takes.
        undone.join(0.05)
        sent.append(arguments)

    regions.hand_on(1, send)
    undone.join()
    assert sent == [("at", 1), "lay"]
