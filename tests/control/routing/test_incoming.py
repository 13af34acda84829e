from __future__ import annotations

import pytest

from distill_live.control.namespace.address import Sender
from distill_live.control.routing.incoming import (
    MAX_WAITING,
    IncomingEntry,
    IncomingLog,
    IncomingReader,
    describe_sender,
)
from tests.control.conftest import Desk

ANNA = ("osc", "127.0.0.1", 9001)


@pytest.fixture
def reader(desk: Desk) -> IncomingReader:
    return desk.router.incoming.open()


def shown(reader: IncomingReader) -> list[tuple[str, str, str | None, int, str]]:
    """All of the entries but their times."""
    return [
        (entry.source, entry.text, entry.target, entry.count, entry.error)
        for entry in reader.take()
    ]


def test_a_message_is_described_with_where_it_comes_from_and_leads(
    desk: Desk, reader: IncomingReader
) -> None:
    desk.osc("/distill/gain", [0.5], ANNA)
    desk.osc("/distill/temperature/1/norm", [0.25], ("web", 3))
    desk.osc("/distill/rewind", [2, "same"], ("osc", "::1", 9002, "TCP"))
    assert shown(reader) == [
        ("osc 127.0.0.1:9001", "/distill/gain 0.5", "gain", 1, ""),
        ("web 3", "/distill/temperature/1/norm 0.25", "temperature/1", 1, ""),
        ("osc [::1]:9002 TCP", "/distill/rewind 2 'same'", "rewind", 1, ""),
    ]
    assert shown(reader) == []


def test_what_leads_nowhere_or_is_refused_says_why(desk: Desk, reader: IncomingReader) -> None:
    desk.osc("/distill/gian", [0.5], ANNA)
    desk.osc("/distill/gain", ["loud"], ANNA)
    nowhere, refused = shown(reader)
    assert nowhere[1:4] == ("/distill/gian 0.5", None, 1)
    assert "did you mean /distill/gain?" in nowhere[4]
    assert refused[1:4] == ("/distill/gain 'loud'", "gain", 1)
    assert "gain takes a number" in refused[4]


def test_a_mapped_control_leads_to_what_it_moves(desk: Desk, reader: IncomingReader) -> None:
    desk.use(
        {"from": {"osc": "/1/fader1"}, "to": "width"},
        {"from": {"cc": 7}, "to": ["gain", "width"]},
        {"from": {"note": 36}, "do": "panic"},
        programs={5: "calm"},
        presets={"calm": {}},
    )
    desk.osc("/1/fader1", [0.5], ANNA)
    desk.cc(1, 7, 127)
    desk.midi("note", 36, 1.0)
    desk.midi("program", 5, 1.0)
    assert [entry[1:3] for entry in shown(reader)] == [
        ("/1/fader1 0.5", "width"), ("CC 7 on channel 1 1.0", "gain"),
        ("note 36 on channel 1 1.0", "panic"), ("program 5 on channel 1 1.0", "preset"),
    ]  # fmt: skip


@pytest.mark.parametrize("source", [{"cc": 1}, {"osc": "/fader"}])
def test_a_control_that_has_not_taken_over_says_so(
    desk: Desk, reader: IncomingReader, source: dict[str, object]
) -> None:
    desk.use({"from": source, "to": "gain", "takeover": "pickup"})

    def move(value: float) -> str:
        desk.cc(1, 1, int(127 * value))
        desk.osc("/fader", [value])
        return "".join(entry.error for entry in reader.take() if entry.target == "gain")

    assert move(0.0).startswith("waits until it has come to where the parameter stands")
    assert move(1.0) == ""


def test_a_control_that_the_patch_does_not_map_is_seen(desk: Desk, reader: IncomingReader) -> None:
    desk.cc(2, 21, 0, device="nano\n")
    assert shown(reader) == [("midi nano?", "CC 21 on channel 2 0.0", None, 1, "")]


def test_repeated_ones_are_counted_and_the_newest_is_shown(
    desk: Desk, reader: IncomingReader
) -> None:
    for value in (0.25, 0.5):
        desk.osc("/distill/gain", [value], ANNA)
        desk.osc("/distill/gain", [1.0], ("web", 3))
    assert [(entry[0], entry[1], entry[3]) for entry in shown(reader)] == [
        ("osc 127.0.0.1:9001", "/distill/gain 0.5", 2), ("web 3", "/distill/gain 1.0", 2),
    ]  # fmt: skip


def test_a_flood_to_nowhere_and_packets_that_hold_nothing_are_seen(
    desk: Desk, reader: IncomingReader
) -> None:
    desk.router.count_unknown("/nowhere", 40)
    desk.router.count_malformed("OSC sender 1.2.3.4:5", "too short")
    assert shown(reader) == [
        ("osc", "/nowhere", None, 40, "leads nowhere"),
        ("OSC sender 1.2.3.4:5", "malformed packet", None, 1, "too short"),
    ]


def test_while_nobody_looks_nothing_is_described(desk: Desk, reader: IncomingReader) -> None:
    reader.close()

    def fail(*_: object) -> None:
        raise AssertionError("it was described")

    desk.router.incoming.note = fail  # type: ignore[method-assign]
    desk.osc("/distill/gain", [0.5], ANNA)
    desk.cc(1, 7, 127)


def test_every_reader_has_its_own_and_what_waits_is_bounded() -> None:
    log = IncomingLog(lambda: 12.5)
    one, two = log.open(), log.open()
    log.note(ANNA, "/first")
    assert one.take() == [IncomingEntry(12.5, "osc 127.0.0.1:9001", "/first", None, 1, "")]
    for number in range(1000):
        log.note(ANNA, f"/{number}" + "x" * 1000, ["y" * 1000] * 100)
    waiting = two.take()
    assert len(waiting) == MAX_WAITING and waiting[-1].text.startswith("/999x")
    assert max(len(entry.text) for entry in waiting) <= 200


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        (None, "the instrument"),
        (("midi", "nanoKONTROL 1"), "midi nanoKONTROL 1"),
        (("link", "session"), "link session"),
        ("a\tplugin", "a?plugin"),
        (("x",), "x"),
        (7, "the instrument"),
    ],
)
def test_a_sender_has_a_name_in_words(sender: Sender, words: str) -> None:
    assert describe_sender(sender) == words
