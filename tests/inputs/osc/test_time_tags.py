from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from distill_live.control.namespace.address import Sender
from distill_live.control.timing.schedule import MAX_WAITING, Schedule
from distill_live.inputs.osc.packets import IMMEDIATELY, build_message
from distill_live.inputs.osc.time_tags import TimeTags
from tests.inputs.conftest import Instrument
from tests.inputs.osc.client import GAIN, Client, bundle
from tests.inputs.osc.conftest import Desk
from tests.inputs.osc.time_tag import to_time_tag

WALL = 1_800_000_000.0
SENDER: Sender = ("osc", "127.0.0.1", 9001)


class Stage:
    """Time tags at second 0 of the monotonic clock, WALL of the other."""

    def __init__(self) -> None:
        self.schedule = Schedule()
        self.done: list[str] = []
        self.told: list[str] = []
        self.time_tags = TimeTags(
            self.schedule, lambda _, line: self.told.append(line), lambda: 0.0, lambda: WALL
        )

    def send(self, name: str, ahead: float, sender: Sender = SENDER) -> None:
        self.time_tags.carry_out(to_time_tag(WALL + ahead), self.doing(name), sender)

    def doing(self, name: str) -> Callable[[], None]:
        return lambda: self.done.append(name)


def test_what_is_for_now_or_was_for_earlier_is_done_at_once() -> None:
    stage = Stage()
    stage.time_tags.carry_out(IMMEDIATELY, stage.doing("now"), SENDER)
    stage.send("just now", 0.0)
    stage.send("late", -3600.0)
    stage.time_tags.carry_out(0, stage.doing("no time at all"), SENDER)
    assert stage.done == ["now", "just now", "late", "no time at all"]
    assert stage.told == []


def test_what_is_up_to_two_seconds_ahead_is_done_at_its_time_in_order() -> None:
    stage = Stage()
    stage.send("third", 2.0)
    stage.send("first", 0.25)
    stage.send("second", 0.5)
    for now, done in [(0.2, 0), (0.25, 1), (0.49, 1), (0.51, 2), (1.99, 2), (2.01, 3)]:
        stage.schedule.tick(now)
        assert stage.done == ["first", "second", "third"][:done]
    assert stage.told == []


def test_what_is_further_ahead_is_done_at_once_and_reported_once_for_each_sender() -> None:
    stage = Stage()
    for ahead in (2.01, 3600.0, 2.5):
        stage.send("now", ahead)
    stage.time_tags.carry_out(2**64 - 1, stage.doing("now"), ("osc", "10.0.0.1", 7))
    assert stage.done == ["now"] * 4
    assert len(stage.told) == 2
    assert stage.told[0].startswith(
        "OSC sender 127.0.0.1:9001 sends bundles with time tags 2.01 s ahead; legal:"
    )
    assert "osc: {timetags: ignore}" in stage.told[0]


def test_time_tags_can_be_ignored() -> None:
    stage = Stage()
    stage.time_tags.mode = "ignore"
    stage.send("a", 1.0)
    stage.send("b", 5.0)
    assert (stage.done, stage.told) == (["a", "b"], [])


def test_when_too_much_waits_the_rest_is_done_at_once_and_reported_once() -> None:
    stage = Stage()
    for number in range(MAX_WAITING + 3):
        stage.send(str(number), 1.0)
    assert stage.done == [str(MAX_WAITING + more) for more in range(3)]
    [line] = stage.told
    assert "sends too many bundles ahead of time" in line
    stage.schedule.tick(1.1)
    assert len(stage.done) == MAX_WAITING + 3


def test_many_senders_with_wrong_clocks_do_not_fill_the_log() -> None:
    stage = Stage()
    for port in range(2000):
        stage.send("now", 60.0, ("osc", "127.0.0.1", port))
    assert len(stage.done) == 2000
    assert len(stage.told) == 256


def test_a_bundle_for_later_waits_and_what_comes_meanwhile_does_not(
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    client.send(bundle(GAIN, build_message("/distill/get", ["gain"]), time_tag=in_seconds(1.5)))
    client.say("/distill/seed", 5)
    client.ping()
    assert (instrument.store["gain"], instrument.store["seed"]) == (1.0, 5)
    assert client.heard == []
    desk.schedule.tick(time.monotonic() + 1.6)
    assert instrument.store["gain"] == 0.5
    assert client.hear() == ("/distill/gain", [0.5])


@pytest.mark.parametrize("ahead", [-10.0, 0.0, 60.0, 3600.0])
def test_a_bundle_of_another_time_is_taken_at_once(
    instrument: Instrument, client: Client, ahead: float
) -> None:
    client.send(bundle(GAIN, time_tag=in_seconds(ahead)))
    client.ping()
    assert instrument.store["gain"] == 0.5
    assert len(instrument.lines) == (ahead > 2)


def test_a_patch_can_have_time_tags_ignored(
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    desk.osc.use(time_tags="ignore")
    client.send(bundle(GAIN, time_tag=in_seconds(1.5)))
    client.ping()
    assert instrument.store["gain"] == 0.5


def test_a_scheduled_change_that_fails_does_not_end_the_schedule(
    desk: Desk, instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no engine")

    monkeypatch.setattr(instrument, "take_request", fail)
    client.send(bundle(build_message("/distill/play", []), time_tag=in_seconds(1.0)))
    client.send(bundle(GAIN, time_tag=in_seconds(1.5)))
    client.ping()
    desk.schedule.tick(time.monotonic() + 2.0)
    assert instrument.store["gain"] == 0.5
    assert instrument.lines == ["refused /distill/play: failed: RuntimeError('no engine')"]


def in_seconds(ahead: float) -> int:
    return to_time_tag(time.time() + ahead)
