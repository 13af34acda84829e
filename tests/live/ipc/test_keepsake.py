"""A keepsake is complete, whenever the process that writes it is killed."""

from __future__ import annotations

import multiprocessing
import time

import numpy as np
import pytest

from distill_live.codes.rack.settings import EditSettings
from distill_live.live.ipc.keepsake import Continuation, Keepsake, Place
from distill_live.live.ipc.ring import AudioRing
from tests.tools import wait_until


def continuation(number: int, columns: int = 4096) -> Continuation:
    """A continuation in which every part has its number."""
    codes = np.full((columns, 8, 3), number % 60_000, np.uint16)
    place = Place(number, number, number)
    return Continuation(
        (place,), number, codes, codes + 1, number, {number: "drawn"}, {}, number, number,
        EditSettings(), {}, {}, number,
    )  # fmt: skip


def assert_whole(kept: Continuation | None) -> int:
    """The number of a continuation; all its parts must have the same."""
    assert kept is not None
    number = kept.take
    assert kept.places == (Place(number, number, number),)
    assert (kept.raw == number % 60_000).all()
    assert (kept.edited == kept.raw + 1).all()
    assert (kept.drawn, kept.switches) == ({number: "drawn"}, number)
    return number


def keep_on(keepsake: Keepsake, ring: AudioRing) -> None:
    number = 0
    while True:
        number += 1
        if number % 3 == 0:
            keepsake.write(continuation(number), ring.published + 1)
            ring.switch(ring.begin_future(0), 0, 0)
        else:
            keepsake.write(continuation(number), ring.published)


def test_nothing_is_kept_at_first() -> None:
    assert Keepsake().read(AudioRing()) is None


def test_the_newest_is_read_and_nothing_once_it_is_cleared() -> None:
    keepsake, ring = Keepsake(), AudioRing()
    for number in range(5):
        keepsake.write(continuation(number), 0)
        assert assert_whole(keepsake.read(ring)) == number
    keepsake.clear()
    assert keepsake.read(ring) is None


def test_what_is_kept_for_a_switch_counts_from_the_instant_on_in_which_that_is_published() -> None:
    keepsake, ring = Keepsake(), AudioRing()
    keepsake.write(continuation(1), 0)
    keepsake.write(continuation(2), 1)
    assert assert_whole(keepsake.read(ring)) == 1
    ring.switch(ring.begin_future(0), 0, 0)
    assert assert_whole(keepsake.read(ring)) == 2


@pytest.mark.parametrize("milliseconds", [3, 5, 8, 13, 21])
def test_a_process_that_is_killed_while_it_writes_leaves_a_whole_state(milliseconds: int) -> None:
    keepsake, ring = Keepsake(), AudioRing()
    process = multiprocessing.get_context("spawn").Process(target=keep_on, args=(keepsake, ring))
    process.start()
    try:
        wait_until(lambda: ring.published > 3, "the first states")
        time.sleep(milliseconds / 1e3)
    finally:
        process.kill()
        process.join(10)
    assert assert_whole(keepsake.read(ring)) >= 9


def test_of_very_large_columns_the_newest_are_kept() -> None:
    keepsake, ring = Keepsake(), AudioRing()
    keepsake.write(continuation(1, 64 * 4096 // 24), 0)
    assert assert_whole(keepsake.read(ring)) == 1
