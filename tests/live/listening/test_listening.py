from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.errors import LiveError
from distill_live.live.ipc.messages import Failed, InputAway, InputOpened
from distill_live.live.ipc.status import EngineStatus, ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.listening import Listening
from distill_live.live.server.settings import ServerSettings

CODEC, COLUMN = 5, 4_096


def silent_input(
    channel: Connection, options: Any, tap: TapRing, status: ListeningStatus, opened: bool
) -> None:
    """Never started here."""


class Desk:
    """Listening as a server uses it, without its processes: `columns` are written by the test."""

    def __init__(self, with_input: bool = True) -> None:
        self.said: list[str] = []
        self.outcomes: list[tuple[str, str, bool]] = []
        settings = ServerSettings(
            Path("model.distill"), lambda *_: None, None,
            run_input=silent_input if with_input else None,
        )  # fmt: skip
        self.listening = Listening(settings, self.said.append)
        self.listening.on_outcome = lambda *outcome: self.outcomes.append(outcome)
        self.engine = EngineStatus()
        self.engine["codec"] = CODEC

    def ask(self, name: str, *arguments: object) -> np.ndarray | None:
        return self.listening.carry_out(name, arguments, self.engine)

    def play(self, *loudness: float) -> None:
        """Columns that say which number they have."""
        codes = np.broadcast_to(np.arange(len(loudness))[:, None, None], (len(loudness), 2, 3))
        self.listening.columns.begin(CODEC, (2, 3), COLUMN)
        self.listening.columns.write(0, codes, np.array(loudness, np.float32))


def test_without_an_input_every_request_says_what_to_do() -> None:
    desk = Desk(with_input=False)
    for name, arguments in (("listen", (True,)), ("listen/prime", (None,))):
        assert desk.ask(name, *arguments) is None
        told, text, failed = desk.outcomes[-1]
        assert (told, failed) == (name, True)
        assert text.startswith("there is no input to listen to: start with `serve --input NAME`")
    assert desk.listening.workers == []


def test_nothing_can_be_continued_before_listening_has_begun() -> None:
    desk = Desk()
    assert desk.ask("listen/prime", None) is None
    assert desk.outcomes == [
        ("listen/prime", "nothing is listened to: /distill/listen 1 begins", True)
    ]
    desk.ask("listen", True)
    assert desk.listening.on
    desk.ask("listen", False)
    assert not desk.listening.on


def test_the_last_phrase_or_the_last_seconds_are_continued() -> None:
    desk = Desk()
    desk.ask("listen", True)
    desk.play(*[-20.0] * 10, *[-90.0] * 10, *[-20.0] * 5, *[-90.0] * 3)
    phrase = desk.ask("listen/prime", None)
    assert phrase is not None and phrase[:, 0, 0].tolist() == list(range(20, 25))
    seconds = desk.ask("listen/prime", 4 * COLUMN / 48_000)
    assert seconds is not None and seconds[:, 0, 0].tolist() == list(range(24, 28))
    assert desk.outcomes[1:] == [
        ("listen/prime", "continuing from the 0.4 s played in last", False),
        ("listen/prime", "continuing from the 0.3 s played in last", False),
    ]


@pytest.mark.parametrize("other", ["silence", "another model"])
def test_silence_and_columns_of_another_model_are_not_continued(other: str) -> None:
    desk = Desk()
    desk.ask("listen", True)
    desk.play(*[-90.0 if other == "silence" else -20.0] * 10)
    if other == "another model":
        desk.engine["codec"] = CODEC + 1
    assert desk.ask("listen/prime", None) is None
    assert desk.outcomes[-1][1].startswith("nothing louder than -50 dB was played in yet")


def test_an_input_that_is_missing_at_the_start_ends_the_server_and_later_it_is_waited_for() -> None:
    desk = Desk()
    process, _ = desk.listening.workers
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


def test_a_listener_that_keeps_failing_is_given_up_until_it_is_wanted_again() -> None:
    desk = Desk()
    _, listener = desk.listening.workers
    desk.ask("listen", True)
    desk.listening.give_up(listener)
    assert listener.done and not desk.listening.on
    desk.ask("listen", True)
    assert not listener.done and desk.listening.on
    assert listener._start_at is not None and listener._start_at <= time.monotonic()
