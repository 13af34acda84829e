"""What the engines note comes into the session log, as long as the disk takes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from distill_live.codes.session_log import Entry, read_session_log
from distill_live.errors import SessionLogError
from distill_live.live.ipc import journal
from distill_live.live.ipc.journal import Journal
from distill_live.live.server.deck import Deck
from distill_live.live.server.log_collector import LogCollector
from distill_live.parameters import ParameterStore
from tests.disks import disk_full_after


class Desk:
    """Two decks and a session journal, and what it says."""

    def __init__(self, folder: Path, keep: bool = True) -> None:
        self.path = folder / "session.log"
        store = ParameterStore()
        self.decks = Deck(0, store, keep), Deck(1, store, keep)
        self.notes = [Journal(deck.journal) for deck in self.decks]
        self.said: list[str] = []
        self.journal = LogCollector(self.decks, self.said.append)
        self.journal.begin(self.path)

    def entries(self) -> list[Entry]:
        return list(read_session_log(self.path))

    def close(self) -> None:
        self.journal.close(self.decks[0], {})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_every_entry_says_which_deck_it_is_of(desk: Desk) -> None:
    desk.notes[0].note("cut", column=3)
    desk.notes[1].note("cut", column=4)
    desk.journal.poll()
    desk.notes[0].note("hold")
    desk.journal.poll()
    assert desk.entries() == [
        {"deck": 0, "op": "cut", "column": 3},
        {"deck": 1, "op": "cut", "column": 4},
        {"deck": 0, "op": "hold"},
    ]


def test_an_entry_of_control_comes_after_all_that_was_noted_before(desk: Desk) -> None:
    desk.notes[1].note("hold")
    desk.journal.note("swap", deck=1, at=100)
    assert [entry["op"] for entry in desk.entries()] == ["hold", "swap"]


def test_the_last_entry_says_where_the_session_ended_and_what_went_wrong(desk: Desk) -> None:
    desk.decks[1].ring.advance(777)
    desk.notes[1].note("release")
    desk.journal.close(desk.decks[1], {"underruns": 2.0})
    assert desk.entries() == [
        {"deck": 1, "op": "release"},
        {"op": "end", "deck": 1, "heard": 777, "counts": {"underruns": 2.0}},
    ]


def test_entries_that_found_no_room_are_said_and_leave_a_mark_once(desk: Desk) -> None:
    for _ in range(journal.CAPACITY // 1_000 + 5):
        desk.notes[0].note("draw", codes="x" * 1_000)
    lost = desk.decks[0].journal.lost if desk.decks[0].journal else 0
    assert lost > 0
    for _ in range(3):
        desk.journal.poll()
    assert [entry for entry in desk.entries() if entry["op"] == "lost"] == [
        {"op": "lost", "entries": lost}
    ]
    assert desk.said == [f"the session log lacks {lost} entries: it cannot be rendered"]


def test_a_log_is_never_overwritten(desk: Desk, tmp_path: Path) -> None:
    desk.journal.note("hold")
    with pytest.raises(SessionLogError, match="already exists"):
        Desk(tmp_path)
    assert len(desk.entries()) == 1


def test_a_disk_that_refuses_is_said_once_and_what_it_took_can_be_read(desk: Desk) -> None:
    desk.journal.note("hold")
    with disk_full_after(desk.path.stat().st_size + 10):
        for _ in range(3):
            desk.notes[0].note("release")
            desk.journal.poll()
        desk.journal.close(desk.decks[0], {})
    assert len(desk.said) == 1
    assert desk.said[0].startswith("the session log stops here: cannot write")
    assert desk.entries() == [{"op": "hold"}]


def test_decks_without_a_journal_are_passed_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, keep=False)
    desk.notes[0].note("hold")
    desk.journal.close(desk.decks[0], {})
    assert [entry["op"] for entry in desk.entries()] == ["end"]
