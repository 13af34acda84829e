"""What a page follows of a whole `serve` that plays: frames over the real WebSocket."""

from __future__ import annotations

import json
import os
import signal
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.commands.server_process import ServerProcess
from tests.conftest import CALM_COLUMN
from tests.tools import read_line

OPTIONS = ("--output", "clock", "--web", "127.0.0.1:0", "--duration", "600")
TIMELINE, METERS, SOUND, AUDIO = range(1, 5)
EDITED, PAINTED = 1, 4


class Column(NamedTuple):
    flags: int
    codes: np.ndarray


class Page:
    """A page that watches some kinds of frames, and what it knows of the timeline."""

    def __init__(self, socket: ClientConnection, *what: str) -> None:
        self._socket = socket
        self.columns: dict[int, Column] = {}
        self.segment, self.window, self.levels = -1, range(0), 0
        self.values: dict[str, Any] = {}
        self.say(type="watch", what=what, audioRate=24_000)

    @property
    def known(self) -> list[Column]:
        """The columns that exist and were sent; some may still be on their way."""
        return [self.columns[column] for column in self.window if column in self.columns]

    @property
    def is_complete(self) -> bool:
        """Whether all columns that exist were sent."""
        return bool(self.window) and set(self.window) <= self.columns.keys()

    def say(self, **message: Any) -> None:
        self._socket.send(json.dumps(message))

    def send(self, *message: Any) -> None:
        self.say(type="send", messages=[message])

    def frame(self, kind: int) -> bytes:
        """The next frame of a kind."""
        while True:
            message = self._socket.recv(timeout=120)
            if isinstance(message, str):
                self._read(json.loads(message))
            else:
                if message[0] == TIMELINE:
                    self._follow(message)
                if message[0] == kind:
                    return message

    def follow_until(self, condition: Callable[[], object], what: str) -> None:
        """Follow the timeline until something is so."""
        deadline = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            self.frame(TIMELINE)

    def _read(self, message: dict[str, Any]) -> None:
        assert message["type"] != "error" and message.get("address") != "/distill/error", message
        if message["type"] == "values":
            self.values.update(message["values"])

    def _follow(self, frame: bytes) -> None:
        _, _, bands, self.levels, count, first, segment, start, end = struct.unpack_from(
            "<BBHHHIIII", frame
        )
        if segment != self.segment:
            self.segment, self.columns = segment, {}
        self.window = range(start, end)
        codes = np.frombuffer(frame[24 + 4 * count :], "<u2").reshape(count, bands, self.levels)
        for number in range(count):
            self.columns[first + number] = Column(frame[24 + 4 * number], codes[number])


class Serving(NamedTuple):
    server: ServerProcess
    address: str

    @contextmanager
    def open(self, *what: str) -> Iterator[Page]:
        address = self.address.replace("http", "ws") + "/page/socket"
        with connect(address, open_timeout=120, ping_interval=None) as socket:
            yield Page(socket, *what)


@pytest.fixture(scope="module")
def serving(calm_model_path: Path, tiny_two_levels_path: Path) -> Iterator[Serving]:
    clips = ("--clips", str(tiny_two_levels_path.parent))
    with ServerProcess(str(calm_model_path), *OPTIONS, *clips) as server:
        assert server.process.stdout is not None
        yield Serving(server, read_line(server.process.stdout).strip())
        assert server.end() == 0
    assert "Traceback" not in server.errors


@pytest.fixture
def page(serving: Serving) -> Iterator[Page]:
    with serving.open("timeline") as page:
        yield page


def test_the_timeline_comes_as_a_whole_and_then_follows_what_is_drawn(page: Page) -> None:
    page.follow_until(lambda: page.is_complete, "the window")
    end = page.window.stop
    page.follow_until(
        lambda: page.window.stop >= end + 5 and page.is_complete, "columns to be drawn"
    )


def test_the_columns_have_the_codes_that_are_heard(page: Page) -> None:
    compared = set[int]()

    def compare() -> bool:
        heard, codes = page.values.get("stream/column"), page.values.get("stream/codes")
        if heard and codes and heard[0] in page.columns:
            shown = page.columns[heard[0]].codes.reshape(-1).tolist()
            # One is sent a little before the other.
            if shown == codes:
                compared.add(heard[0])
        return len(compared) >= 5

    page.follow_until(compare, "five columns that are heard")


def test_edits_and_cells_are_seen_before_they_are_heard(page: Page) -> None:
    page.frame(TIMELINE)
    page.send("/distill/edit/mask/on/detail", 1)
    page.follow_until(lambda: page.known[-1].flags & EDITED, "the edit")
    page.send("/distill/edit/mask/on/detail", 0)
    page.follow_until(lambda: not page.known[-1].flags, "no edit")
    page.send("/distill/cell/ahead", 12, 1, 1, 3)
    page.follow_until(
        lambda: any(one.flags & PAINTED and one.codes[0, 0] == 3 for one in page.known),
        "the cell",
    )
    page.send("/distill/undo")
    page.follow_until(
        lambda: not any(one.flags & PAINTED for one in page.known),
        "the cell to be gone",
    )


def test_the_place_moves_on_within_the_window(serving: Serving) -> None:
    with serving.open("timeline", "meters") as page:
        page.frame(TIMELINE)
        places = [struct.unpack_from("<BBBBfff", page.frame(METERS))[-1] for _ in range(40)]
        assert page.window.start <= places[0] < places[-1] <= page.window.stop
    assert places == sorted(places)


def test_a_loop_has_its_place_and_the_sound_stays_in_it(serving: Serving) -> None:
    with serving.open("meters") as page:
        place = 0.0
        while place < 8.0:
            # Only what has been heard can be repeated.
            place = struct.unpack("<BBBB15f", page.frame(METERS))[6]
        page.send("/distill/loop", 0.5)
        motion = 0
        while motion != 2:
            _, motion, _, _, *numbers = struct.unpack("<BBBB15f", page.frame(METERS))
        page.send("/distill/release")
    _, _, place, begin, end = numbers[:5]
    assert begin - 0.01 <= place <= end + 0.01
    assert end - begin == pytest.approx(0.5 * 48_000 / CALM_COLUMN, abs=0.01)


def test_the_sound_comes_as_an_outline_and_as_samples_without_a_gap(serving: Serving) -> None:
    with serving.open("sound", "audio") as page:
        _, _, bins, low, high = struct.unpack_from("<BBHff", page.frame(SOUND))
        frames = [page.frame(AUDIO) for _ in range(50)]
    assert bins == 96 and low <= high
    heads = [struct.unpack_from("<BBHId", frame) for frame in frames]
    assert {head[:4] for head in heads} == {(4, 2, 0, 24_000)}
    # A page that is late is sent the newest sound, and the numbers say how much it has missed.
    steps = np.diff([position for *_, position in heads])
    assert steps.min() == 480.0 and np.median(steps) == 480.0
    sound = np.concatenate([np.frombuffer(frame[16:], "<i2") for frame in frames])
    assert np.abs(sound).max() > 0


def test_another_model_and_another_engine_are_followed(
    serving: Serving, tiny_two_levels_path: Path
) -> None:
    with serving.open("timeline") as page:
        page.frame(TIMELINE)
        first = page.segment
        page.send("/distill/model_fade", 0.05)
        page.send("/distill/model", str(tiny_two_levels_path))
        page.follow_until(lambda: page.segment != first and page.is_complete, "the other model")
        assert page.levels == 2
        second, end = page.segment, page.window.stop
        os.kill(serving.server.child("engine"), signal.SIGKILL)
        page.follow_until(
            lambda: page.window.stop > end + 30 and page.is_complete, "the next engine"
        )
        assert page.segment == second
