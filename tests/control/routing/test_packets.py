"""A packet is one change, and its sender hears what became of it."""

from __future__ import annotations

import threading

import pytest

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.routing.osc_messages import MAX_REACHED
from distill_live.control.routing.router import Router
from distill_live.errors import ParameterError
from distill_live.parameters import scale_travel
from tests.control.conftest import TABLE, Desk

ANNA = ("osc", "127.0.0.1", 9001)


def test_the_messages_of_a_packet_are_one_change(desk: Desk) -> None:
    view, seen = desk.store.view(), []

    def look(_sender: object, name: str) -> None:
        other = threading.Thread(target=lambda: seen.append((name, view.refresh())))
        other.start()
        other.join()

    desk.router.hooks.on_touch = look
    desk.router.receive_osc(
        [("/distill/gain", [0.5]), ("/distill/nothing", [1]), ("/distill/width", [0.25])]
    )
    assert seen == [("gain", False), ("width", False)]
    assert view.refresh()
    assert (view["gain"], view["width"]) == (0.5, 0.25)


def test_a_request_is_handed_on_after_the_whole_packet_is_in_force(desk: Desk) -> None:
    seen: list[tuple[str, float, object]] = []
    view = desk.store.view()

    def request(name: str, _arguments: tuple[object, ...]) -> None:
        view.refresh()
        seen.append((name, view["gain"], router.sender))

    router = Router(desk.store, request, None, desk.lines.append)
    router.receive_osc(
        [("/distill/play", []), ("/distill/gain", [0.5]), ("/distill/stop", [])], ANNA
    )
    assert seen == [("play", 0.5, ANNA), ("stop", 0.5, ANNA)]


@pytest.mark.parametrize(
    ("name", "legal"),
    [("steer/section", "off or 0..1"), ("steer/section/norm", "off or 0..1"), ("gain/norm", "0..1"),
     ("temperature/detail", "off or 0.1..2"), ("edit/freeze/on", "0..1")],
)  # fmt: skip
def test_what_is_not_a_number_is_answered_with_what_is_legal(
    desk: Desk, name: str, legal: str
) -> None:
    replies = desk.router.receive_osc([(f"/distill/{name}", ["foo"])]).replies
    error = ("/distill/error", (f"/distill/{name}", f"{name} takes a number, {legal}, not 'foo'"))
    assert replies == [error]


def test_what_cannot_be_used_is_answered_and_the_rest_of_the_packet_counts(desk: Desk) -> None:
    replies = desk.router.receive_osc(
        [("/distill/gain", ["loud"]), ("/distill/width", [0.5]), ("/distill/gian", [1])]
    ).replies
    assert replies == [
        ("/distill/error", ("/distill/gain", "gain takes a number, 0..2, not 'loud'")),
        ("/distill/error",
         ("/distill/gian", "unknown OSC address /distill/gian (did you mean /distill/gain?)")),
    ]  # fmt: skip
    assert desk.store["width"] == 0.5


def test_a_packet_of_nonsense_is_answered_by_few_errors(desk: Desk) -> None:
    messages = [(f"/{number}", [1]) for number in range(100)]
    replies = desk.router.receive_osc([*messages, ("/distill/ping", [7])]).replies
    assert len(replies) == 18
    assert ("/distill/pong", (7,)) in replies
    assert replies[-1][1][1] == "84 more messages of the packet were refused"
    assert desk.router.counters.unknown == 100


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ParameterError("no preset 'clam'"), "no preset 'clam'"),
     (RuntimeError("broken"), "failed: RuntimeError('broken')")],
)  # fmt: skip
def test_a_request_that_cannot_be_carried_out_is_answered(error: Exception, reason: str) -> None:
    desk = Desk()

    def request(name: str, _arguments: tuple[object, ...]) -> None:
        if name == "preset":
            raise error

    router = Router(desk.store, request, None, desk.lines.append)
    replies = router.receive_osc(
        [("/distill/preset", ["clam"]), ("/distill/play", []), ("/distill/gain", [0.5])]
    ).replies
    assert replies == [("/distill/error", ("/distill/preset", reason))]
    assert desk.store["gain"] == 0.5


def test_sync_is_answered_when_all_before_it_is_done(desk: Desk) -> None:
    assert desk.osc("/distill/sync", [42]) == [("/distill/synced", (42,))]


@pytest.mark.parametrize(("travel", "clipped"), [(0.0, 0), (0.25, 0), (1.0, 0), (1.5, 1)])
def test_a_travel_goes_through_the_parameter_s_range_and_curve(
    desk: Desk, travel: float, clipped: int
) -> None:
    replies = desk.osc("/distill/model_fade/norm", [travel])
    told = ["model_fade/norm 1.5 is outside 0..1; set to 1"][:clipped]
    assert [reason for _, (_, reason) in replies] == told
    assert desk.store["model_fade"] == scale_travel(travel, 0.05, 20.0, "exp")
    [(_, (back,))] = desk.osc("/distill/get", ["model_fade/norm"])
    assert back == pytest.approx(min(travel, 1.0))
    assert desk.router.counters.clipped == clipped


def test_several_numbers_set_the_levels_coarse_to_fine(desk: Desk) -> None:
    desk.osc("/distill/temperature", [0.5, 0.75])
    assert desk.store.levels("temperature", 3) == (0.5, 0.75, 1.0)
    desk.osc("/distill/temperature/norm", [0.0, 1.0, 1.0])
    assert desk.store.levels("temperature", 3) == (0.1, 2.0, 2.0)
    desk.osc("/distill/temperature", ["off", 0.5, None])
    assert desk.store.levels("temperature", 3) == (1.0, 0.5, 1.0)
    desk.osc("/distill/temperature/timbre/norm", [1.0])
    assert desk.store.levels("temperature", 3) == (1.0, 2.0, 1.0)


@pytest.mark.parametrize("arguments", [[0.5] * 4, [0.5, "x"], [0.5, float("nan")]])
def test_levels_are_set_all_or_none(desk: Desk, arguments: list[object]) -> None:
    before = desk.store.raw()
    desk.osc("/distill/temperature", arguments)
    assert desk.store.raw() == before
    assert desk.router.counters.refused == 1


@pytest.mark.parametrize(
    ("name", "argument", "stored"),
    [("gain", "0.5", 0.5), ("top_k", " 7 ", 7), ("edit/freeze/on", "on", 1),
     ("edit/freeze/on", "TRUE", 1), ("modulation", "off", 0)],
)  # fmt: skip
def test_a_text_that_says_a_number_or_a_switch_is_one(
    desk: Desk, name: str, argument: str, stored: float
) -> None:
    desk.osc(f"/distill/{name}", [argument])
    assert desk.store[name] == stored


def test_a_pattern_reaches_all_that_it_means(desk: Desk) -> None:
    assert desk.osc("/distill/{gain,width}", [0.5]) == []
    assert (desk.store["gain"], desk.store["width"]) == (0.5, 0.5)
    desk.osc("/distill/temperature/*", [0.5])
    # A star stands for each level once, and not for the travel of all.
    assert desk.store.levels("temperature", 3) == (0.5, 0.5, 0.5)
    assert desk.store["temperature"] == 1.0
    desk.osc("/distill/{top_p,min_p}/norm", [0.0])
    assert (desk.store["top_p"], desk.store["min_p"]) == (0.0, 0.0)
    assert desk.router.counters.received == 3


@pytest.mark.parametrize("pattern", ["/distill/x*", "/*/*/*/*/*/*", "/distill/[", "/" + "*" * 300])
def test_a_pattern_that_means_nothing_leads_nowhere(desk: Desk, pattern: str) -> None:
    before = desk.store.raw()
    [(address, _)], nowhere = desk.router.receive_osc([(pattern, [0.5])])
    assert (address, nowhere) == ("/distill/error", [pattern])
    assert desk.store.raw() == before


def test_a_star_does_not_mean_the_request_beside_what_it_means(desk: Desk) -> None:
    desk.osc("/distill/steer/*", [1])
    assert (desk.store["steer/loudness"], desk.requests) == (1.0, [])
    desk.osc("/distill/*/off", [])
    assert desk.requests == [("steer/off", ())]


def test_one_packet_reaches_a_bounded_number_of_addresses(desk: Desk) -> None:
    desk.router.receive_osc([("/distill/*/*", ["x"])] * 1000)
    refused = desk.router.counters.refused
    desk.router.receive_osc([("/distill/ping", [])] * (MAX_REACHED + 1))
    assert desk.router.counters.refused == refused + 1


def test_every_address_leads_somewhere_and_is_there_once(desk: Desk) -> None:
    addresses = desk.router.addresses
    assert len(set(addresses)) == len(addresses)
    assert desk.router.receive_osc([(address, []) for address in addresses]).nowhere == []
    wanted = {*REQUESTS, *TABLE, *(f"{name}/norm" for name in TABLE), "get", "sync", "ping", "at",
              "top_p/timbre", "edit/mask/on/detail/norm"}  # fmt: skip
    assert {f"/distill/{name}" for name in wanted} <= set(addresses)


def test_the_addresses_follow_the_levels_and_the_patch(desk: Desk) -> None:
    before = desk.router.generation
    desk.router.use_levels(("Body", "Low End"))
    desk.use({"from": {"osc": "/1/fader1"}, "to": "gain"})
    assert desk.router.generation > before
    assert {"/distill/top_p/low_end", "/1/fader1"} <= set(desk.router.addresses)
    assert "/distill/top_p/timbre" not in desk.router.addresses


def test_whoever_moves_a_parameter_is_told_apart(desk: Desk) -> None:
    touched: list[tuple[object, str]] = []
    desk.router.hooks.on_touch = lambda sender, name: touched.append((sender, name))
    desk.use({"from": {"cc": 7}, "to": ["gain", "temperature/timbre"]})
    desk.osc("/distill/temperature", [0.5, 0.6], ANNA)
    desk.osc("/distill/gain", [0.5], ANNA)
    desk.cc(1, 7, 3, device="nano")
    nano = ("midi", "nano")
    assert touched == [
        (ANNA, "temperature/1"), (ANNA, "temperature/2"), (ANNA, "gain"),
        (nano, "gain"), (nano, "temperature/2"),
    ]  # fmt: skip


def test_a_service_of_one_s_own_has_an_address(desk: Desk) -> None:
    heard: list[object] = []

    def learn(arguments: object, sender: object) -> list[tuple[str, tuple[object, ...]]]:
        heard.append((arguments, sender))
        return [("/distill/learning", ("gain",))]

    desk.router.add_service("learn", learn)
    assert desk.osc("/distill/learn", ["gain"], ANNA) == [("/distill/learning", ("gain",))]
    assert heard == [(["gain"], ANNA)]
