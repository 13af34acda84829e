"""Reader and writer of a ring at the same time: what is heard is always what was published.

Once by letting one act between any two looks of the other at the marks they share, and once by
letting both run as fast as they can.
"""

import itertools
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from distill_live.live.ipc.ring import AudioRing
from distill_live.live.playback.ring_reader import RingReader
from distill_live.shared_memory import SharedArray
from tests.live.ipc.labelled_futures import (
    PLACES,
    in_channels,
    publish,
    publish_without_end,
    says_who_it_is,
)

BLOCK = 97
#: More looks at marks than any action here takes, and all choices of one or two of them.
MANY_LOOKS = 75
MOMENTS = list(itertools.combinations_with_replacement(range(MANY_LOOKS), 2))


class Listener:
    """Reads a ring and checks every sample."""

    def __init__(self, ring: AudioRing) -> None:
        self._ring, self._reader = ring, RingReader(ring)

    def hear(self) -> bool:
        """Read a block; whether it made a switch."""
        before, position = self._ring.taken, self._ring.read_position
        heard = self._ring.silence(min(self._reader.available, BLOCK))
        self._reader.read(heard)
        after = self._ring.taken
        positions = np.arange(position, position + len(heard))
        switches = np.where(positions < (self._ring.taken_at(after) or 0), before, after)
        expected = in_channels(self._ring, says_who_it_is(switches, positions))
        np.testing.assert_array_equal(heard, expected)
        return after != before


class Interrupted:
    """Marks that let something else happen before certain looks at them."""

    def __init__(self, marks: np.ndarray, looks: tuple[int, int], act: Callable[[], Any]) -> None:
        self._marks, self._looks, self._act = marks, looks, act
        self._acting = False
        self.count = 0

    def _look(self) -> None:
        if self._acting:
            return
        if self.count in self._looks:
            self._acting = True
            self._act()
            self._acting = False
        self.count += 1

    def __getitem__(self, key: Any) -> Any:
        self._look()
        return self._marks[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._look()
        self._marks[key] = value


@contextmanager
def interrupted(ring: AudioRing, looks: tuple[int, int], act: Callable[[], Any]) -> Iterator[None]:
    """Let `act` happen before certain looks at the ring's marks."""
    marks = ring._marks.array
    watched: Any = Interrupted(marks, looks, act)
    ring._marks.array = watched
    yield
    ring._marks.array = marks
    assert watched.count < MANY_LOOKS, "not every look was reached"


def start_again(ring: AudioRing) -> Listener:
    """A listener that has heard the first block. One ring serves all: memory takes long to make."""
    ring.reset()
    ring._lanes.array[..., :8192] = 0.0
    listener = Listener(ring)
    publish(ring, 0)
    listener.hear()
    return listener


@pytest.mark.parametrize(
    ("places", "channels"),
    [((60,), 1), ((60, 20), 2), ((150, 30), 1), ((90, 60, 30), 1), ((20, 50, 120), 1)],
)
def test_a_reader_may_be_interrupted_anywhere_by_new_futures(
    places: tuple[int, ...], channels: int
) -> None:
    ring = AudioRing(channels)

    def change_mind() -> None:
        for place in places:
            publish(ring, BLOCK + place)

    for looks in MOMENTS:
        listener = start_again(ring)
        publish(ring, BLOCK + 40)
        with interrupted(ring, looks, change_mind):
            listener.hear()
        for _ in range(4):
            listener.hear()


def test_a_writer_may_be_interrupted_anywhere_by_the_reader() -> None:
    ring = AudioRing()
    for looks in MOMENTS:
        listener = start_again(ring)
        with interrupted(ring, looks, listener.hear):
            for place in (60, 30):
                publish(ring, BLOCK + place)
        for _ in range(4):
            listener.hear()


@contextmanager
def hammered_ring(writer: str, fade: int, channels: int = 1) -> Iterator[AudioRing]:
    """A ring whose writer, in a thread or a process, never stops to publish new futures."""
    ring, stopped = AudioRing(channels), SharedArray((1,), "f8")
    make = threading.Thread if writer == "thread" else multiprocessing.get_context("spawn").Process
    worker = make(target=publish_without_end, args=(ring, stopped, fade), daemon=True)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    worker.start()
    try:
        yield ring
    finally:
        stopped.array[0] = 1
        worker.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(("writer", "channels"), [("thread", 1), ("process", 1), ("process", 2)])
def test_no_sample_is_from_a_lane_or_place_that_was_not_published(
    writer: str, channels: int
) -> None:
    with hammered_ring(writer, fade=0, channels=channels) as ring:
        listener, made = Listener(ring), 0
        while made < 1000:
            made += listener.hear()


@pytest.mark.parametrize("writer", ["thread", "process"])
def test_a_fade_never_holds_what_was_not_published(writer: str) -> None:
    """What was published later is louder here, so it would stick out of a fade."""
    with hammered_ring(writer, fade=240) as ring:
        reader = RingReader(ring)
        while ring.published < 4000:
            heard = np.zeros(min(reader.available, BLOCK), np.float32)
            reader.read(heard)
            assert heard.max(initial=0.0) < (ring.taken + 1) * PLACES
