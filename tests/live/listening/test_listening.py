from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.errors import ClipError, LiveError
from distill_live.live.ipc.messages import Asked, Failed, InputAway, InputOpened
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.listening import NO_INPUT, Listening, Passage
from distill_live.live.server.settings import ServerSettings

CODEC, COLUMN = "7ab" * 20, 4_096


def silent_input(
    channel: Connection, options: Any, tap: TapRing, status: ListeningStatus, opened: bool
) -> None:
    """Never started here."""


class Desk:
    """Listening as a server uses it, without its processes: `columns` are written by the test."""

    def __init__(self, with_input: bool = True) -> None:
        self.said: list[str] = []
        self.outcomes: list[tuple[object, ...]] = []
        self.codec = CODEC
        self.primed: list[np.ndarray] = []
        self.kept: list[tuple[str, Passage]] = []
        settings = ServerSettings(
            Path("model.distill"), lambda *_: None, None,
            run_input=silent_input if with_input else None,
        )  # fmt: skip
        self.listening = Listening(settings, self.said.append)
        self.listening.on_outcome = lambda *outcome: self.outcomes.append(outcome)
        self.listening.on_prime = self._prime
        self.listening.on_clip = self._keep

    def _prime(self, codes: np.ndarray, asked: Asked) -> None:
        assert asked[0] == "listen/prime"
        self.primed.append(codes)

    def _keep(self, name: str, passage: Passage) -> str:
        if name == "off":
            raise ClipError("no such name")
        self.kept.append((name, passage))
        return "kept"

    def ask(self, name: str, *arguments: object) -> tuple[object, ...]:
        """What comes of a request: a text, and whether it failed."""
        self.listening.carry_out(name, arguments, self.codec)
        told, text, failed, asked = self.outcomes.pop()
        assert (told, asked) == (name, arguments)
        return text, failed

    def play(self, *loudness: float) -> None:
        """Columns that say which number they have."""
        codes = np.broadcast_to(np.arange(len(loudness))[:, None, None], (len(loudness), 2, 3))
        self.listening.memory.columns.begin(CODEC, (2, 3), COLUMN)
        self.listening.memory.columns.write(0, codes, np.array(loudness, np.float32))


def test_without_an_input_every_request_says_what_to_do() -> None:
    desk = Desk(with_input=False)
    for name, arguments in (("listen", (True,)), ("listen/prime", (None,))):
        assert desk.ask(name, *arguments) == (NO_INPUT, True)
    assert desk.listening.workers == []


def test_nothing_can_be_used_before_listening_has_begun() -> None:
    desk = Desk()
    begin = ("not listening: send /distill/listen 1 first", True)
    assert desk.ask("listen/prime", None) == begin
    assert desk.ask("listen", True) == ("listening to the input", False)
    assert desk.listening.on
    assert desk.ask("listen/clip", "a", None)[1] is True
    desk.ask("listen", False)
    assert not desk.listening.on
    assert desk.ask("listen/clip", "a", None) == begin


def test_the_last_phrase_or_the_last_seconds_are_continued() -> None:
    desk = Desk()
    desk.ask("listen", True)
    desk.play(*[-20.0] * 10, *[-90.0] * 10, *[-20.0] * 5, *[-90.0] * 3)
    told = ("continuing from the last 0.4 s you played", False)
    assert desk.ask("listen/prime", None) == told
    assert desk.primed[0][:, 0, 0].tolist() == list(range(20, 25))
    desk.ask("listen/prime", 4 * COLUMN / 48_000)
    assert desk.primed[1][:, 0, 0].tolist() == list(range(24, 28))
    text, failed = desk.ask("listen/prime", 60.0)
    assert text == (
        "continuing from the last 2.4 s you played; you asked for 60 s, but no more had been heard"
    )
    assert not failed
    assert desk.ask("listen/clip", "all", 60.0)[0].endswith(
        "; you asked for 60 s, but no more had been heard"
    )


def test_what_was_played_becomes_a_clip_as_loud_as_it_was() -> None:
    desk = Desk()
    desk.ask("listen", True)
    desk.play(*[-90.0] * 10, *[-20.0] * 5, *[-90.0] * 3)
    assert desk.ask("listen/clip", "mine", None) == ("kept", False)
    ((name, passage),) = desk.kept
    assert (name, len(passage.codes)) == ("mine", 5)
    assert passage.loudness_db == pytest.approx(-20.0)
    assert passage.seconds == pytest.approx(5 * COLUMN / 48_000)
    assert desk.ask("listen/clip", "off", None) == ("no such name", True)


@pytest.mark.parametrize("other", ["silence", "another model"])
def test_silence_and_columns_of_another_model_are_not_used(other: str) -> None:
    desk = Desk()
    desk.ask("listen", True)
    desk.play(*[-90.0 if other == "silence" else -20.0] * 10)
    if other == "another model":
        desk.codec = "8ab" * 20
    text, failed = desk.ask("listen/prime", None)
    assert failed
    assert str(text).startswith(
        "nothing louder than -50" if other == "silence" else "nothing heard"
    )
    assert desk.primed == []


def test_an_input_that_is_missing_at_the_start_ends_the_server_and_later_it_is_waited_for() -> None:
    desk = Desk()
    (process,) = desk.listening.workers
    with pytest.raises(LiveError, match="no such device"):
        desk.listening.hear(process, Failed("no such device"))
    desk.listening.hear(process, InputOpened("mic"))
    desk.listening.hear(process, InputAway("it is gone"))
    desk.listening.hear(process, InputOpened("mic"))
    desk.listening.hear(process, Failed("driver trouble"))
    again = "the music plays on, and the input is tried again every second"
    assert desk.said == [
        "the input is mic",
        f"input: it is gone; {again}",
        "the input is back: mic",
        f"input: driver trouble; {again}",
    ]


def test_an_input_process_that_never_opened_is_given_up_and_one_that_did_is_not() -> None:
    desk = Desk()
    (process,) = desk.listening.workers
    desk.listening.hear(process, InputOpened("mic"))
    desk.listening.give_up(process)
    assert not process.done
    desk = Desk()
    (process,) = desk.listening.workers
    desk.listening.give_up(process)
    assert process.done
    text = "the input process keeps failing: live input is off"
    assert desk.said == [text]
    assert desk.outcomes == [("listen", text, True, (True,))]


def test_columns_of_a_listener_that_has_failed_are_forgotten() -> None:
    desk = Desk()
    desk.play(-20.0)
    desk.listening.prepare(desk.listening._listener)
    assert desk.listening.memory.columns.read(1, CODEC) is None


def test_a_listener_that_keeps_failing_is_given_up_until_it_is_wanted_again() -> None:
    desk = Desk()
    listener = desk.listening._listener
    assert desk.listening.owns(listener)
    desk.ask("listen", True)
    desk.listening.give_up(listener)
    assert listener.done and not desk.listening.on
    assert desk.said[-1] == (
        "the listener keeps failing right after it starts: listening is off; /distill/listen 1 "
        "tries again"
    )
    assert desk.outcomes.pop() == ("listen", desk.said[-1], True, (True,))
    desk.ask("listen", True)
    assert not listener.done and desk.listening.on
    assert listener._start_at is not None and listener._start_at <= time.monotonic()
