"""Shared structures stay consistent, however weakly a processor orders its accesses.

Each structure is written by one processor and read by another one of `weak_memory`; without fences
each is seen in pieces, so that the fences are known to be needed and the tests to see it.
"""

from collections.abc import Callable

import numpy as np
import pytest

from distill_live import memory_order
from distill_live.live.ipc import journal, ring, shown_columns, tap
from distill_live.live.ipc.current_column import CurrentColumn, SharedColumn
from distill_live.live.ipc.journal import JournalRing
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.shown_columns import ColumnDetails, ShownColumns
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.live.playback.ring_reader import RingReader
from distill_live.shared_memory import LatchedArray
from tests.live.ipc.labelled_futures import in_channels, says_who_it_is
from tests.weak_memory import WeakMemory

SEEDS, TURNS = range(3), 40
LONG = 300


def share_ring(world: WeakMemory, channels: int = 1) -> None:
    writers, readers = world.share(AudioRing(channels))
    reader, made = RingReader(readers), {0: 0}

    def write(lane: int, number: int, positions: np.ndarray) -> None:
        writers.write(lane, in_channels(writers, says_who_it_is(number, positions)))

    def append() -> None:
        """Go on with the newest future."""
        pending, number = writers.pending_switch(), writers.published
        lane = pending[0] if pending else writers.sounding_lane
        start = writers.written(lane)
        if number and writers.room(start) >= LONG:
            write(lane, number, np.arange(start, start + LONG))

    def publish() -> None:
        if world.chance.random() < 0.5:
            append()
            return
        at = max(writers.read_position + world.chance.randint(-50, 100), 0)
        pending = writers.pending_switch()
        known = [writers.sounding_lane] if pending is None else [writers.sounding_lane, pending[0]]
        at = min(at, *map(writers.written, known))
        lane, number = writers.begin_future(at), writers.published + 1
        for start in range(at, at + LONG, LONG // 2):
            write(lane, number, np.arange(start, start + LONG // 2))
        writers.switch(lane, at, 0)
        taken_at = writers.taken_at(number - 1)
        assert taken_at in (None, made.get(number - 1, taken_at))

    def hear() -> None:
        before, position = readers.taken, readers.read_position
        heard = readers.silence(min(reader.available, 40))
        reader.read(heard)
        after = readers.taken
        made[after] = readers.taken_at(after) or 0
        positions = np.arange(position, position + len(heard))
        switches = np.where(positions < made[after], before, after)
        expected = in_channels(readers, says_who_it_is(switches, positions))
        np.testing.assert_array_equal(heard, expected)

    world.writer.act, world.reader.act = publish, hear


def share_stereo_ring(world: WeakMemory) -> None:
    share_ring(world, channels=2)


def share_tap(world: WeakMemory) -> None:
    writers, readers = world.share(TapRing())
    position = 0

    def write() -> None:
        start = writers.written
        writers.write(np.arange(start, start + world.chance.randint(1, 90), dtype=np.float32))

    def read() -> None:
        nonlocal position
        samples, lost = readers.read(position)
        first = position + lost
        np.testing.assert_array_equal(samples[0], np.arange(first, first + samples.shape[1]))
        position = first + samples.shape[1]

    world.writer.act, world.reader.act = write, read


def share_journal(world: WeakMemory) -> None:
    writers, readers = world.share(JournalRing())
    told, heard = list[str](), list[str]()

    def write() -> None:
        lost = writers.lost
        line = f"{len(told)} " + "x" * world.chance.randint(0, 40)
        writers.write(line)
        told.extend([line] * (writers.lost == lost))

    def read() -> None:
        heard.extend(readers.read())
        # A line that is being written may be heard already.
        count = min(len(heard), len(told))
        assert heard[:count] == told[:count]

    world.writer.act, world.reader.act = write, read


def share_sounding(world: WeakMemory) -> None:
    writers, readers = world.share(SharedColumn())
    count = 0

    def write() -> None:
        nonlocal count
        count += 1
        writers.write(CurrentColumn(count, np.full((4, 3), count), count, count))

    def read() -> None:
        shown = readers.read()
        if shown is not None:
            assert shown.column == shown.codebook_size == shown.entropy
            assert shown.codes.tolist() == [[shown.column] * 3] * 4

    world.writer.act, world.reader.act = write, read


def share_shown(world: WeakMemory) -> None:
    writers, readers = world.share(ShownColumns())
    count, seen, known = 0, 0, dict[int, int]()

    def write() -> None:
        """Show two of four columns, all numbers as high as the count."""
        nonlocal count
        count += 1
        columns = 4 * count + np.array(world.chance.sample(range(4), 2))
        codes = np.full((2, count % 4 + 1, 3), count, np.uint16)
        alike = np.full(2, count % 256)
        writers.begin_segment(codes.shape[1:])
        details = ColumnDetails(
            columns, codes, alike.astype(np.uint8), np.full(2, count, np.uint16)
        )
        writers.show(4 * count, 4 * count + 4, details)

    def read() -> None:
        nonlocal seen
        shown = readers.read(seen)
        if shown is None:
            return
        details, number = shown.details, shown.segment
        assert details.codes.shape[1:] == (number % 4 + 1, 3)
        if shown.end:
            assert (shown.start, shown.end) == (4 * number, 4 * number + 4)
            assert (details.codes == number).all() and (details.entropy == number).all()
            assert (details.flags == number % 256).all()
            assert shown.changes == number
            # Nothing is left out and nothing comes twice.
            known[number] = known.get(number, 0) + len(details.columns)
            assert known[number] == 2
        seen = shown.changes

    world.writer.act, world.reader.act = write, read


def share_latched(world: WeakMemory) -> None:
    writers, readers = world.share(LatchedArray((5,)))
    seen, count = np.zeros(5), 0

    def write() -> None:
        nonlocal count
        count += 1
        writers.write(np.full(5, float(count)))

    def read() -> None:
        before = seen[0]
        readers.read(seen)
        assert before <= seen[0] and np.ptp(seen) == 0

    world.writer.act, world.reader.act = write, read


def share_decks(world: WeakMemory) -> None:
    controls, mixers = world.share(DeckControl())
    count = 0

    def ask() -> None:
        nonlocal count
        if not controls.busy:
            assert count == controls.began_at == controls.faded
            count += 1
            controls.fade_to(1 - controls.wanted, count, gain=count)

    def mix() -> None:
        if mixers.busy:
            wanted = mixers.wanted
            assert mixers.fade == mixers.gain(wanted)
            mixers.begin(wanted, mixers.fade)
            mixers.note_faded(mixers.fade)
            mixers.finish()

    world.writer.act, world.reader.act = ask, mix


STRUCTURES = [
    share_ring, share_stereo_ring, share_tap, share_journal, share_sounding, share_shown,
    share_latched, share_decks,
]  # fmt: skip
Share = Callable[[WeakMemory], None]


@pytest.fixture(autouse=True)
def small_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small rings, so that everything is overwritten often."""
    monkeypatch.setattr(ring, "CAPACITY", 1024)
    monkeypatch.setattr(ring, "MARGIN", 64)
    monkeypatch.setattr(tap, "CAPACITY", 256)
    monkeypatch.setattr(journal, "CAPACITY", 128)
    monkeypatch.setattr(shown_columns, "SHOWN_COLUMNS", 8)


@pytest.mark.parametrize("share", STRUCTURES)
def test_no_reader_sees_in_pieces_what_is_shared(
    share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in SEEDS:
        world = WeakMemory(seed)
        monkeypatch.setattr(memory_order, "_chosen", world.fence)
        share(world)
        world.run(TURNS)


@pytest.mark.parametrize("share", STRUCTURES)
def test_without_fences_every_structure_is_seen_in_pieces(
    share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_order, "_chosen", lambda: None)
    world = WeakMemory(0)
    share(world)
    with pytest.raises(Exception):  # noqa: B017 - whatever is seen, it is wrong
        world.run(1000)
