"""Ableton Link between two processes: this one, and a program that knows nothing of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from distill_live.control.timing.tempo import Tempo
from distill_live.inputs import link
from distill_live.inputs.link import LinkInput
from tests.inputs.own_network import own_network
from tests.tools import read_line, wait_until

PEER = Path(__file__).with_name("link_peer.py")


class Peer:
    """The other program."""

    def __init__(self, bpm: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PEER), str(bpm)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, word: str = "beat") -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(read_line(self.process.stdout))
        return answer

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)


class Joined:
    """This instrument's tempo, in a Link session."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tempo = Tempo(log=self.lines.append)
        self.link = LinkInput(self.tempo, self.lines.append)

    def wait(self, condition: Callable[[], object], what: str) -> None:
        def look() -> object:
            now = time.monotonic()
            self.link.tick(now)
            self.tempo.tick(now)
            return condition()

        wait_until(look, what)


@pytest.fixture
def joined() -> Iterator[Joined]:
    if link.aalink is None:
        pytest.skip("Link needs aalink")
    with own_network():
        joined = Joined()
        joined.link.start()
        yield joined
        joined.link.stop()


def apart(beats: float, bar: float = 4.0) -> float:
    """How far two places in the bar are apart, in beats."""
    return abs(beats - round(beats / bar) * bar)


def test_two_programs_share_tempo_and_bar_until_one_leaves(joined: Joined) -> None:
    assert joined.link.status == "Link: no peers"
    joined.tempo.set_bpm(100.0)
    joined.wait(lambda: abs(joined.link._link.tempo - 100.0) < 0.01, "the Link session's tempo")
    peer = Peer(77.0)
    try:
        joined.wait(lambda: joined.tempo.source == "link", "the other one")
        # Link lets the older session win; of two that are as old, either one.
        joined.wait(lambda: abs(peer.ask()["bpm"] - joined.tempo.bpm) < 0.01, "one tempo")
        assert min(abs(joined.tempo.bpm - bpm) for bpm in (77.0, 100.0)) < 0.01
        assert (joined.link.peers, joined.link.status) == (1, "Link: 1 peer")

        # Both play a tempo that either sets, and agree on the place in the bar at any moment.
        peer.ask("140")
        joined.wait(lambda: abs(joined.tempo.bpm - 140.0) < 0.01, "the tempo the other has set")
        joined.tempo.set_bpm(90.0)
        joined.wait(lambda: abs(peer.ask()["bpm"] - 90.0) < 0.01, "the tempo set here")

        def bars_agree() -> bool:
            seen = peer.ask()
            return apart(seen["beat"] - joined.tempo.beat(seen["now"])) < 0.05

        joined.wait(bars_agree, "the same place in the bar")
    finally:
        peer.end()
    joined.wait(lambda: joined.tempo.source == "internal", "the other one's leaving")
    assert joined.tempo.bpm == pytest.approx(90.0, abs=0.01)
    assert joined.link.status == "Link: no peers"


def test_alone_the_link_session_is_as_this_instrument_plays(joined: Joined) -> None:
    joined.tempo.set_bpm(150.0)
    time.sleep(0.2)
    joined.tempo.begin_bar()

    def agree() -> bool:
        link = joined.link._link
        return (
            abs(link.tempo - 150.0) < 0.02
            and apart(link.beat - joined.tempo.beat(time.monotonic())) < 0.05
        )

    joined.wait(agree, "the Link session to play along")
    assert joined.tempo.source == "internal"


def test_start_and_stop_of_the_link_session_are_followed_only_when_asked(joined: Joined) -> None:
    told: list[bool] = []
    joined.link.on_playing = told.append
    peer = Peer(120.0)
    try:
        joined.wait(lambda: joined.link.peers, "the other one")
        joined.wait(lambda: peer.ask()["peers"], "being seen by it")
        peer.ask("start")
        joined.wait(lambda: joined.link._plays, "a Link session that plays")
        assert told == []
        joined.link.follows_transport = lambda: True
        for word, plays in (("stop", False), ("start", True)):
            peer.ask(word)
            joined.wait(lambda plays=plays: told[-1:] == [plays], word)
    finally:
        peer.end()
    assert told == [False, True]


def test_without_the_library_it_says_why_and_continues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "aalink", None)
    joined = Joined()
    joined.link.start()
    said = "Link unavailable: Link needs aalink; install it with: pip install 'distill-live[link]'"
    assert (joined.link.status, joined.lines) == (said, [said])
    joined.link.tick(0.0)
    joined.tempo.set_bpm(99.0)
    assert (joined.tempo.bpm, joined.link.peers) == (99.0, 0)
    joined.link.stop()


def test_it_can_be_left_and_joined_again(joined: Joined) -> None:
    joined.link.stop()
    assert joined.link.status == "Link is off"
    joined.link.tick(time.monotonic())
    joined.link.start()
    assert joined.link.status == "Link: no peers"
