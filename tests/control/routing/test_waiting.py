"""Quantised actions wait for a beat or a bar: at 120 BPM, four beats to a bar."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from distill_live.control.routing.router import Router
from distill_live.control.timing.quantise import MAX_BARS, parse_quantum
from distill_live.control.timing.schedule import MAX_WAITING, Schedule
from distill_live.control.timing.tempo import Tempo
from distill_live.errors import ParameterError
from tests.control.conftest import Desk

ANNA = ("osc", "127.0.0.1", 9001)
CALM = {"calm": {"gain": 0.5}}


@pytest.mark.parametrize(
    ("said", "quantum"),
    [("beat", "beat"), ("bar", 1), (4, 4), (2.0, 2), ({"bars": 8}, 8), (MAX_BARS, MAX_BARS)],
)
def test_a_quantum_is_a_beat_or_a_number_of_bars(said: object, quantum: object) -> None:
    assert parse_quantum(said) == quantum


@pytest.mark.parametrize(
    "said", ["beats", 0, -1, 1.5, MAX_BARS + 1, True, None, {"bars": 0}, {"beats": 1},
             {"bars": 1, "beats": 1}, [1], float("nan"), float("inf")],
)  # fmt: skip
def test_anything_else_is_nothing_to_wait_for(said: object) -> None:
    with pytest.raises(ParameterError, match=r"legal: beat, bar or \{bars: 1\.\.64\}"):
        parse_quantum(said)


@pytest.mark.parametrize(("quantum", "seconds"), [("beat", 0.5), ("bar", 2.0), (2, 4.0)])
def test_a_message_waits_for_its_boundary(desk: Desk, quantum: object, seconds: float) -> None:
    desk.wait(0.1)
    assert desk.osc("/distill/at", [quantum, "/distill/gain", 0.5]) == [
        ("/distill/done", ("at", f"in {seconds - 0.1:.1f} s: /distill/gain 0.5"))
    ]
    desk.wait(seconds - 0.12)
    assert desk.store["gain"] == 1.0
    desk.wait(0.04)
    assert desk.store["gain"] == 0.5


def test_what_waits_is_in_the_schedule_that_the_router_was_given(desk: Desk) -> None:
    # An empty one counts as false.
    schedule = Schedule(desk.lines.append)
    router = Router(desk.store, lambda *_: None, None, desk.lines.append, schedule=schedule)
    router.receive_osc([("/distill/at", ["beat", "/distill/gain", 0.5])])
    assert len(schedule) == 1


def test_the_messages_of_a_packet_that_wait_together_are_one_change(desk: Desk) -> None:
    view = desk.store.view()
    desk.now = 0.1
    at = "/distill/at"
    desk.router.receive_osc(
        [(at, ["bar", "/distill/gain", 0.5]), (at, ["bar", "/distill/play"]),
         (at, ["bar", "/distill/width", 0.5])]
    )  # fmt: skip
    assert len(desk.router.schedule) == 1
    desk.wait(2.0)
    assert view.refresh()
    assert (view["gain"], view["width"], desk.requests) == (0.5, 0.5, [("play", ())])


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        (lambda tempo: tempo.set_bpm(60.0), 3.0),
        (lambda tempo: tempo.set_bpm(240.0), 1.5),
        (lambda tempo: tempo.begin_bar(), 3.0),
        (lambda tempo: setattr(tempo, "beats_per_bar", 3), 1.5),
    ],
    ids=["slower", "faster", "another first beat", "shorter bars"],
)
def test_what_waits_comes_with_its_bar_although_the_tempo_changes(
    desk: Desk, change: Callable[[Tempo], object], seconds: float
) -> None:
    desk.use({"from": {"cc": 1}, "to": "gain", "quantise": "bar"})
    desk.now = 0.1
    desk.osc("/distill/at", ["bar", "/distill/width", 0.5])
    desk.cc(1, 1, 0)
    desk.wait(0.9)
    change(desk.router.tempo)
    desk.wait(seconds - desk.now - 0.02)
    assert (desk.store["gain"], desk.store["width"]) == (1.0, 0.0)
    desk.wait(0.04)
    assert (desk.store["gain"], desk.store["width"]) == (0.0, 0.5)


def test_what_is_heard_late_is_done_earlier(desk: Desk) -> None:
    desk.router.hooks.latency = lambda: 0.2
    desk.now = 0.1
    desk.osc("/distill/at", ["beat", "/distill/gain", 0.5])
    desk.now = 0.35
    desk.osc("/distill/at", ["beat", "/distill/width", 0.5])
    desk.router.schedule.tick(desk.now)
    assert (desk.store["gain"], desk.store["width"]) == (0.5, 0.0)
    desk.wait(0.5)
    assert desk.store["width"] == 0.5


@pytest.mark.parametrize(
    "arguments",
    [[], ["beat"], ["beat", 3], ["often", "/distill/gain", 1], ["bar", "/distill/at", "bar"],
     ["bar", "/distill/gian", 1]],
)  # fmt: skip
def test_what_cannot_wait_is_refused_at_once(desk: Desk, arguments: list[object]) -> None:
    [(address, (about, _))] = desk.osc("/distill/at", arguments)
    assert (address, about) == ("/distill/error", "/distill/at")
    assert len(desk.router.schedule) == 0


def test_what_is_refused_at_its_time_is_answered_then(desk: Desk) -> None:
    answers: list[object] = []
    desk.router.hooks.on_reply = lambda sender, replies: answers.append((sender, replies))
    desk.now = 0.1
    desk.osc("/distill/at", ["beat", "/distill/gain", "loud"], ANNA)
    desk.wait(1.0)
    error = ("/distill/error", ("/distill/gain", "gain takes a number, 0..2, not 'loud'"))
    assert answers == [(ANNA, [error])]


def test_a_mapped_control_that_is_refused_at_its_time_is_answered_then(desk: Desk) -> None:
    answers: list[object] = []
    desk.router.hooks.on_reply = lambda sender, replies: answers.append((sender, replies))
    desk.use({"from": {"osc": "/fader"}, "to": "temperature/fur", "quantise": "beat"})
    desk.now = 0.1
    assert desk.osc("/fader", [0.5], ANNA) == []
    desk.wait(1.0)
    [(sender, [(address, (_, reason))])] = answers  # type: ignore[misc]
    assert (sender, address) == (ANNA, "/distill/error")
    assert "the current model has no level 'fur'" in str(reason)


def test_more_than_can_wait_is_refused(desk: Desk) -> None:
    desk.now = 0.1
    for _ in range(MAX_WAITING):
        [(address, _)] = desk.osc("/distill/at", ["bar", "/distill/play"])
        assert address == "/distill/done"
    [(_, (about, reason))] = desk.osc("/distill/at", ["bar", "/distill/play"])
    assert about == "/distill/at"
    assert str(MAX_WAITING) in str(reason)


def test_messages_that_wait_can_be_listed_and_cancelled(desk: Desk) -> None:
    desk.router.hooks.latency = lambda: 0.25
    desk.now = 0.1
    assert desk.osc("/distill/at/list") == [("/distill/waiting", (0,))]
    desk.router.receive_osc(
        [("/distill/at", ["bar", "/distill/gain", 0.5]),
         ("/distill/at", ["bar", "/distill/clip/play", "a", 4])]
    )  # fmt: skip
    desk.osc("/distill/at", ["beat", "/distill/play"])
    desk.use({"from": {"cc": 1}, "to": "gain", "quantise": "bar"})
    desk.cc(1, 1, 127)
    (count, first, *others) = desk.osc("/distill/at/list")
    assert count == ("/distill/waiting", (3,))
    assert first == ("/distill/waiting/message", (pytest.approx(0.4), "/distill/play"))
    assert [arguments[1:] for _, arguments in others] == [
        ("/distill/gain", 0.5), ("/distill/clip/play", "a", 4),
    ]  # fmt: skip
    cancelled = ("/distill/done", ("at/cancel", "3 messages cancelled"))
    assert desk.osc("/distill/at/cancel") == [cancelled]
    assert desk.osc("/distill/at/list") == [("/distill/waiting", (0,))]
    desk.wait(3.0)
    assert desk.requests == []
    # The control, which no message has put off, still moves.
    assert desk.store["gain"] != 1.0


def test_what_a_panic_has_cancelled_is_not_listed(desk: Desk) -> None:
    desk.now = 0.1
    desk.osc("/distill/at", ["bar", "/distill/play"])
    desk.osc("/distill/panic")
    assert desk.osc("/distill/at/list") == [("/distill/waiting", (0,))]
    desk.osc("/distill/at", ["beat", "/distill/play"])
    assert len(desk.osc("/distill/at/list")) == 2


def test_the_answer_to_many_messages_names_the_first_ones(desk: Desk) -> None:
    desk.now = 0.1
    sent = [("/distill/at", ["bar", f"/distill/steer/{name}", 1.0]) for name in
            ("brightness", "loudness", "noisiness")] * 2  # fmt: skip
    [(_, (_, text))] = desk.router.receive_osc(sent).replies
    assert str(text).startswith("in 1.9 s: /distill/steer/brightness 1.0, ")
    assert str(text).endswith(", and 2 more")


def test_panic_makes_void_what_waits(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "edit/freeze/on", "quantise": "bar"})
    desk.now = 0.1
    desk.cc(1, 1, 127)
    desk.osc("/distill/at", ["bar", "/distill/edit/mask/on", 1])
    desk.osc("/distill/panic")
    desk.wait(3.0)
    assert (desk.store["edit/freeze/on"], desk.store["edit/mask/on"]) == (0, 0)


def test_a_mapping_waits_and_its_last_value_counts(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "gain", "range": [0.0, 1.0], "quantise": "beat"})
    desk.now = 0.1
    for value in range(128):
        desk.cc(1, 1, 127 - value)
    assert len(desk.router.schedule) == 1
    desk.wait(0.3)
    assert desk.store["gain"] == 1.0
    desk.wait(0.2)
    assert desk.store["gain"] == 0.0


def test_a_button_that_waits_is_pressed_once_and_letting_go_changes_nothing(desk: Desk) -> None:
    desk.use({"from": {"note": 36}, "do": "play", "quantise": {"bars": 2}})
    desk.now = 0.1
    for velocity in (1.0, 0.0, 1.0, 0.0):
        desk.midi("note", 36, velocity)
    desk.wait(3.5)
    assert desk.requests == []
    desk.wait(1.0)
    assert desk.requests == [("play", ())]


def test_two_changes_of_a_toggle_before_the_beat_are_none(desk: Desk) -> None:
    desk.use({"from": {"note": 36, "mode": "toggle"}, "to": "edit/mask/on", "quantise": "beat"})
    desk.now = 0.1
    for velocity in (1.0, 0.0, 1.0, 0.0):
        desk.midi("note", 36, velocity)
    desk.wait(1.0)
    assert desk.store["edit/mask/on"] == 0
    desk.now = 1.2
    desk.midi("note", 36, 1.0)
    desk.wait(1.0)
    assert desk.store["edit/mask/on"] == 1


@pytest.mark.parametrize(
    "when", [["bars", "/distill/play"], ["bars", 4, "/distill/play"], [0, "/a"], []]
)
def test_what_is_nothing_to_wait_for_is_refused_in_the_words_of_messages(
    desk: Desk, when: list[object]
) -> None:
    [(_, (_, reason))] = desk.osc("/distill/at", when)
    assert str(reason).endswith(
        "beat, bar, or an integer number of bars 1..64, such as /distill/at 4 /distill/play"
    )
