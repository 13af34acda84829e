import json

from distill_live.live.ipc import journal
from distill_live.live.ipc.journal import Journal, JournalRing


def test_what_is_noted_is_read_once_and_in_order() -> None:
    ring = JournalRing()
    notes = Journal(ring)
    notes.note("draw", column=1, codes=[[1, 2]])
    notes.note("cut", column=0)
    assert [json.loads(line) for line in ring.read()] == [
        {"op": "draw", "column": 1, "codes": [[1, 2]]},
        {"op": "cut", "column": 0},
    ]
    assert ring.read() == []


def test_lines_survive_the_end_of_the_ring() -> None:
    ring = JournalRing()
    line = "x" * 1000
    for _ in range(3 * journal.CAPACITY // 1000):
        ring.write(line)
        assert ring.read() == [line]
    assert ring.lost == 0


def test_what_finds_no_room_is_counted_and_the_rest_stays_whole() -> None:
    ring = JournalRing()
    count = journal.CAPACITY // 1000 + 5
    for number in range(count):
        ring.write(f"{number:999d}")
    kept = ring.read()
    assert [int(line) for line in kept] == list(range(len(kept)))
    assert ring.lost == count - len(kept) == 5
    ring.write("again")
    assert ring.read() == ["again"]


def test_without_a_ring_nothing_is_noted() -> None:
    Journal().note("draw", column=1)
