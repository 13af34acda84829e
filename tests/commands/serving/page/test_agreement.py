"""Pages, an OSC client and a MIDI controller agree about every value, whoever moves it."""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from distill_live.control.namespace.address import ROOT
from tests.commands.server_process import OscClient
from tests.commands.serving.test_controls import Stand
from tests.tools import wait_until
from tests.web.conftest import Page

MOVES = 200
NAMES = ("gain", "temperature", "temperature/air", "steer/loudness", "edit/freeze/on/body", "width")


class Follower:
    """The newest values that a page has been told."""

    def __init__(self, page: Page) -> None:
        self.page, self.values = page, dict[str, object]()

    def read(self) -> None:
        with contextlib.suppress(TimeoutError):
            while True:
                message = self.page.receive(timeout=0.01)
                if not isinstance(message, bytes):
                    self.values |= message.get("values", {})


class Listener:
    """The newest values that an OSC client has been told."""

    def __init__(self, client: OscClient) -> None:
        self.client, self.values = client, dict[str, object]()
        client.send(f"{ROOT}/subscribe")

    def read(self) -> None:
        self.client._socket.settimeout(0.01)
        with contextlib.suppress(TimeoutError):
            while True:
                for address, arguments in self.client.hear_all():
                    self.values[address.removeprefix(f"{ROOT}/")] = arguments[0]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path)
    # Not what follows the output, which moves the width by itself.
    made.store.set("modulation", 0)
    made.controls.start()
    yield made
    made.controls.stop()


def true_values(stand: Stand) -> dict[str, float | str]:
    """What the store holds, as clients write it."""
    found: dict[str, float | str] = {}
    for name in NAMES:
        parameter, _, level = name.rpartition("/")
        if level in ("body", "air"):
            value = stand.store.levels(parameter, 2)[level == "air"]
        else:
            value = stand.store[name]
        found[name] = "off" if math.isnan(value) else value
    return found


def agrees(told: dict[str, object], true: dict[str, float | str]) -> bool:
    """Whether all values are those of the store, as far as floats of 32 bits can hold them."""
    return all(
        told.get(name) == (value if isinstance(value, str) else pytest.approx(value, rel=1e-6))
        for name, value in true.items()
    )


def test_all_clients_agree_after_each_of_many_random_moves(stand: Stand) -> None:
    chance = random.Random(8)  # noqa: S311 - moves, not secrets
    address = str(stand.controls.site.address)
    client = OscClient(stand.controls.osc.port)
    with Page(address) as one, Page(address) as two:
        pages, listener = [Follower(one), Follower(two)], Listener(client)
        moved = {"osc": 0, "midi": 0, "page": 0}

        def move() -> None:
            way = chance.choice(list(moved))
            moved[way] += 1
            name, value = (
                chance.choice(NAMES),
                chance.choice([0.0, 0.25, 1.0, 7.0, chance.random()]),
            )
            if way == "osc":
                client.send(f"{ROOT}/{name}", value)
            elif way == "midi":
                stand.midi.receive([0xB0, 1, chance.randrange(128)], "nano")
            else:
                chance.choice(pages).page.play([f"{ROOT}/{name}", value])

        def has_come(before: int) -> bool:
            return stand.router.counters.received > before

        def all_agree() -> bool:
            for follower in (*pages, listener):
                follower.read()
            true = true_values(stand)
            return all(agrees(one.values, true) for one in (*pages, listener))

        for number in range(MOVES):
            before = stand.router.counters.received
            move()
            wait_until(partial(has_come, before), "the move")
            wait_until(all_agree, f"agreement after move {number}")
    client.close()
    assert min(moved.values()) > MOVES // 6
