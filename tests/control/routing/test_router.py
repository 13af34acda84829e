from __future__ import annotations

import math
import threading
import time

import pytest

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.routing.router import Counters, Router
from distill_live.errors import ParameterError
from distill_live.parameters import PARAMETERS
from tests.control.conftest import TABLE, Desk


def test_an_address_below_distill_sets_the_parameter(desk: Desk) -> None:
    assert desk.osc("/distill/temperature", [0.5]) == []
    assert desk.store["temperature"] == 0.5
    assert desk.router.counters == Counters(received=1)
    assert desk.lines == []


@pytest.mark.parametrize(("value", "stored"), [(3, 2.0), (-1.0, 0.0), (True, 1.0), (False, 0.0)])
def test_whole_numbers_and_booleans_are_numbers_and_are_clipped(
    desk: Desk, value: object, stored: float
) -> None:
    desk.osc("/distill/gain", [value])
    assert desk.store["gain"] == stored


def test_a_clipped_value_is_counted_and_reported(desk: Desk) -> None:
    line = "temperature 64 is outside 0.1..2; set to 2"
    told = [("/distill/error", ("/distill/temperature", line))]
    assert desk.osc("/distill/temperature", [64.0]) == told
    assert desk.router.counters == Counters(received=1, clipped=1)
    assert desk.lines == [line]


def test_of_several_numbers_each_that_is_out_of_range_is_answered(desk: Desk) -> None:
    replies = desk.osc("/distill/temperature", [64.0, 1.0, 0.0])
    assert [reason for _, (_, reason) in replies] == [
        "temperature 64 is outside 0.1..2; set to 2", "temperature 0 is outside 0.1..2; set to 0.1",
    ]  # fmt: skip
    # The next message is answered for itself alone.
    assert desk.osc("/distill/temperature", [1.0]) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [math.nan],
        [math.inf],
        [-math.inf],
        ["loud"],
        ["nan"],
        ["1" * 50],
        [None],
        [b"x"],
        [[0.5]],
        [0.5, 0.6],
        [],
    ],
)
def test_what_is_not_one_finite_number_is_refused_counted_and_reported(
    desk: Desk, arguments: list[object]
) -> None:
    desk.osc("/distill/gain", arguments)
    assert desk.store["gain"] == PARAMETERS["gain"].default
    assert desk.router.counters == Counters(received=1, refused=1)
    assert len(desk.lines) == 1
    assert desk.lines[0].startswith("refused /distill/gain: gain takes ")


@pytest.mark.parametrize("name", [name for name in REQUESTS if not REQUESTS[name].arguments])
@pytest.mark.parametrize("arguments", [[], [None], [1], [0.5], [True]])
def test_a_request_makes_its_request_by_a_bang_or_a_pressed_button(
    desk: Desk, name: str, arguments: list[object]
) -> None:
    desk.osc(f"/distill/{name}", arguments)
    assert desk.requests == [(name, ())]


@pytest.mark.parametrize("released", [0, 0.0, False])
def test_letting_a_button_go_makes_no_request(desk: Desk, released: object) -> None:
    desk.osc("/distill/stop", [released])
    assert desk.requests == []
    assert desk.router.counters.refused == 0


def test_two_mistakes_at_one_address_are_both_reported(desk: Desk) -> None:
    for arguments in ([], ["loud"], ["louder"], [math.nan], [1, 2]):
        desk.osc("/distill/gain", arguments)
    assert desk.lines == [
        "refused /distill/gain: gain takes one number, not 0",
        "refused /distill/gain: gain takes a number, 0..2, not 'loud'",
        "refused /distill/gain: gain takes a finite number",
    ]


def test_a_flood_of_mistakes_at_one_address_does_not_fill_the_log(desk: Desk) -> None:
    for number in range(1000):
        desk.osc("/distill/loop", [number + 100])
        desk.osc("/distill/tempo_source", [chr(0x4E00 + number) * (number % 7)])
    assert len(desk.lines) == 2
    for number in range(1000):
        wrong = ParameterError("wrong: " + chr(0x4E00 + number))
        desk.router._reception.refuse("/distill/gain", wrong)
    assert len(desk.lines) == 2 + 4 + 1


@pytest.mark.parametrize("argument", [math.nan, "now"])
def test_a_request_with_nonsense_is_refused(desk: Desk, argument: object) -> None:
    desk.osc("/distill/panic", [argument])
    assert desk.requests == []
    assert desk.router.counters.refused == 1


def test_a_request_with_arguments_makes_its_request_with_them(desk: Desk) -> None:
    desk.osc("/distill/rewind", [4])
    desk.osc("/distill/rewind", [0.5, "same"])
    desk.osc("/distill/record", [0])
    desk.osc("/distill/model", ["demo"])
    assert desk.requests == [
        ("rewind", (4.0, None)), ("rewind", (0.5, "same")), ("record", (False,)),
        ("model", ("demo",)),
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [[], [None]])
def test_a_bang_to_a_request_that_needs_arguments_is_refused_with_what_it_needs(
    desk: Desk, arguments: list[object]
) -> None:
    desk.osc("/distill/loop", arguments)
    assert (desk.requests, desk.router.counters.refused) == ([], 1)
    assert desk.lines == ["refused /distill/loop: loop needs seconds (0.05..60 s)"]


def test_panic_switches_every_edit_off_before_it_is_handed_on() -> None:
    desk = Desk()
    seen: list[tuple[float, ...]] = []

    def request(*_: object) -> None:
        seen.extend(desk.store.levels(f"edit/{edit}/on", 3) for edit in ("freeze", "mask"))

    router = Router(desk.store, request, None, desk.lines.append)
    router.receive_osc([("/distill/edit/freeze/on", [1])])
    router.receive_osc([("/distill/edit/mask/on/timbre", [1])])
    router.receive_osc([("/distill/edit/freeze/band", [3])])
    router.receive_osc([("/distill/panic", [])])
    assert seen == [(0, 0, 0), (0, 0, 0)]
    assert desk.store["edit/freeze/band"] == 3


def test_panic_switches_steering_off() -> None:
    desk = Desk()
    desk.osc("/distill/steer/loudness", [0.5])
    desk.osc("/distill/panic", [])
    assert math.isnan(desk.store["steer/loudness"])


@pytest.mark.parametrize("arguments", [[], [None], ["off"]])
def test_a_parameter_that_can_be_off_is_off_without_a_number(
    desk: Desk, arguments: list[object]
) -> None:
    desk.osc("/distill/steer/brightness", [0.5])
    assert desk.osc("/distill/get", ["steer/brightness"]) == [("/distill/steer/brightness", (0.5,))]
    desk.osc("/distill/steer/brightness", arguments)
    assert desk.osc("/distill/get", ["steer/brightness"]) == [
        ("/distill/steer/brightness", ("off",))
    ]
    assert desk.router.counters.refused == 0


@pytest.mark.parametrize("arguments", [[], ["off"], ["on"]])
def test_a_parameter_that_cannot_be_off_needs_a_number(desk: Desk, arguments: list[object]) -> None:
    desk.osc("/distill/gain", arguments)
    assert (desk.store["gain"], desk.router.counters.refused) == (1.0, 1)


@pytest.mark.parametrize("level", ["timbre", "2"])
def test_a_level_is_set_by_its_name_or_its_number(desk: Desk, level: str) -> None:
    desk.osc(f"/distill/temperature/{level}", [0.5])
    assert desk.store.levels("temperature", 3) == (1.0, 0.5, 1.0)
    assert desk.router.counters == Counters(received=1)


@pytest.mark.parametrize("arguments", [[], [None], ["off"], ["Off"]])
def test_a_level_without_a_number_follows_the_global_value_again(
    desk: Desk, arguments: list[object]
) -> None:
    desk.osc("/distill/temperature/timbre", [0.5])
    desk.osc("/distill/temperature/detail", [0.6])
    desk.osc("/distill/temperature/timbre", arguments)
    desk.osc("/distill/temperature", [1.5])
    assert desk.store.levels("temperature", 3) == (1.5, 1.5, 0.6)


def test_a_level_that_is_set_back_to_what_all_have_follows_them_again(desk: Desk) -> None:
    desk.osc("/distill/edit/freeze/on/structure", [1])
    assert desk.store.levels("edit/freeze/on", 3) == (1, 0, 0)
    desk.osc("/distill/edit/freeze/on/structure", [0])
    desk.osc("/distill/edit/freeze/on", [1])
    assert desk.store.levels("edit/freeze/on", 3) == (1, 1, 1)


@pytest.mark.parametrize("word", ["off", None])
def test_a_switch_of_a_level_that_is_off_or_has_no_number_follows_all(
    desk: Desk, word: object
) -> None:
    desk.osc("/distill/edit/freeze/on", [1])
    desk.osc("/distill/edit/freeze/on/structure", [0])
    assert desk.store.levels("edit/freeze/on", 3) == (0, 1, 1)
    desk.osc("/distill/edit/freeze/on/structure", [word])
    assert desk.store.levels("edit/freeze/on", 3) == (1, 1, 1)


def test_a_knob_that_brings_a_level_back_to_what_all_have_lets_it_follow(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "repetition/timbre"})
    for value in (127, 0):
        desk.cc(1, 1, value)
    assert desk.store.own("repetition", 1) == -1.0
    desk.osc("/distill/repetition", [1])
    desk.cc(1, 1, 127)
    assert desk.store.own("repetition", 1) is None


def test_get_answers_whether_a_level_s_value_is_its_own(desk: Desk) -> None:
    desk.osc("/distill/temperature/timbre", [0.5])
    names = [f"temperature/{level}/own" for level in ("structure", "timbre")]
    assert desk.osc("/distill/get", names) == [
        ("/distill/temperature/structure/own", (0,)),
        ("/distill/temperature/timbre/own", (1,)),
    ]
    [(address, _)] = desk.osc("/distill/get", ["temperature/own"])
    assert address == "/distill/error"


def test_whether_a_level_s_value_is_its_own_can_only_be_read(desk: Desk) -> None:
    for level in ("structure", "1"):
        address = f"/distill/temperature/{level}/own"
        told = f"{address} can only be read: send /distill/get temperature/{level}/own"
        assert desk.osc(address, [1]) == [("/distill/error", (address, told))]
    assert desk.store.own("temperature", 0) is None
    for unknown in ("/distill/temperature/nothing/own", "/distill/gain/own"):
        [(_, (_, told))] = desk.osc(unknown, [1])
        assert "can only be read" not in str(told)


def test_a_control_that_is_moved_to_be_learned_is_not_reported_as_unmapped(desk: Desk) -> None:
    desk.router.hooks.learns = lambda: True
    desk.cc(1, 1, 64)
    assert (desk.lines, desk.router.counters.unknown) == ([], 0)
    desk.router.hooks.learns = lambda: False
    desk.cc(1, 1, 65)
    assert desk.lines == ["CC 1 on channel 1 is not mapped by the patch"]


def test_a_level_s_value_out_of_range_is_clipped_counted_and_reported(desk: Desk) -> None:
    desk.osc("/distill/top_p/1", [-3])
    assert desk.store.levels("top_p", 2) == (0.0, 1.0)
    assert desk.router.counters == Counters(received=1, clipped=1)
    assert desk.lines == ["top_p/1 -3 is outside 0..1; set to 0"]


@pytest.mark.parametrize("level", ["texture", "0", "4", "1" * 9000, "x" * 9000])
def test_a_level_that_the_model_lacks_is_refused_and_reported_once_with_those_it_has(
    desk: Desk, level: str
) -> None:
    before = desk.store.raw()
    for _ in range(3):
        desk.now += 60.0
        desk.osc(f"/distill/temperature/{level}", [0.5])
    assert desk.store.raw() == before
    assert desk.router.counters == Counters(received=3, refused=3)
    [line] = desk.lines
    assert line.endswith("; legal: structure, timbre, detail, or 1..3")
    assert len(line) < 400


def test_a_level_of_a_parameter_that_has_none_is_refused(desk: Desk) -> None:
    desk.osc("/distill/gain/structure", [0.5])
    assert desk.router.counters == Counters(received=1, refused=1)
    assert "gain has one value for all levels" in desk.lines[0]


def test_the_levels_are_those_of_the_model_in_play(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "temperature/low_end", "range": [0.5, 1.5]})
    desk.cc(1, 1, 127)
    assert desk.router.counters.refused == 1
    desk.router.use_levels(("Body", "Low  End"))
    desk.cc(1, 1, 127)
    desk.osc("/distill/temperature/body", [0.25])
    assert desk.store.levels("temperature", 3) == (0.25, 1.5, 1.0)
    desk.osc("/distill/temperature/timbre", [0.1])
    assert desk.router.counters.refused == 2


def test_a_patch_that_names_a_level_by_its_old_label_is_told_the_new_one(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": "temperature/detail"})
    desk.router.use_levels(("Structure", "Timbre", "air"))
    before = desk.store.raw()
    desk.cc(1, 1, 127)
    assert desk.store.raw() == before
    [line] = desk.lines
    assert "no level 'detail'; legal: structure, timbre, air, or 1..3" in line


def test_get_answers_what_counts_for_a_level(desk: Desk) -> None:
    desk.osc("/distill/temperature/timbre", [0.5])
    names = ["temperature/timbre", "/distill/temperature/3", "edit/mask/on/detail"]
    assert desk.osc("/distill/get", names) == [
        ("/distill/temperature/timbre", (0.5,)),
        ("/distill/temperature/3", (1.0,)),
        ("/distill/edit/mask/on/detail", (0,)),
    ]


def test_an_edit_is_switched_by_its_address(desk: Desk) -> None:
    desk.osc("/distill/edit/freeze/on", [True])
    desk.osc("/distill/edit/freeze/on/structure", [0])
    assert desk.store.levels("edit/freeze/on", 3) == (0, 1, 1)


def test_get_answers_the_named_parameter_in_its_own_type(desk: Desk) -> None:
    desk.store.set("gain", 0.25)
    desk.store.set("seed", 7)
    assert desk.osc("/distill/get", ["gain"]) == [("/distill/gain", (0.25,))]
    [(address, (seed,))] = desk.osc("/distill/get", ["/distill/seed"])
    assert (address, seed, type(seed)) == ("/distill/seed", 7, int)


def test_get_without_a_name_answers_every_parameter(desk: Desk) -> None:
    replies = desk.osc("/distill/get", [])
    assert [address for address, _ in replies] == [f"/distill/{name}" for name in TABLE]


@pytest.mark.parametrize("argument", ["temprature", "temperature/none", "gain/timbre", 3])
def test_get_of_no_parameter_is_refused(desk: Desk, argument: object) -> None:
    [(address, (about, _))] = desk.osc("/distill/get", [argument])
    assert (address, about) == ("/distill/error", "/distill/get")
    assert desk.router.counters.refused == 1


def test_ping_answers_pong_with_the_same_arguments(desk: Desk) -> None:
    assert desk.osc("/distill/ping", [1, "a", 0.5]) == [("/distill/pong", (1, "a", 0.5))]
    assert desk.osc("/distill/ping", []) == [("/distill/pong", ())]


def test_what_could_steer_a_terminal_is_not_logged(desk: Desk) -> None:
    desk.osc("/\x1b[2J" + "x" * 9000, ["\x1b]0;title\x07"])
    shown = [*desk.lines, desk.router.last_message]
    assert all(line.isprintable() and len(line) < 300 for line in shown)


def test_the_last_message_is_reported_in_short(desk: Desk) -> None:
    assert desk.router.last_message == ""
    desk.osc("/distill/gain", [0.5])
    assert desk.router.last_message == "/distill/gain 0.5"
    desk.cc(2, 7, 127)
    assert desk.router.last_message == "CC 7 on channel 2 1.0"


def test_a_mapped_address_spreads_its_way_over_the_range_by_the_curve(desk: Desk) -> None:
    desk.use({"from": {"osc": "/1/fader1"}, "to": "temperature", "range": [1.5, 0.5]})
    desk.osc("/1/fader1", [0.25])
    assert desk.store["temperature"] == 1.25
    desk.use({"from": {"osc": "/1/fader1"}, "to": "gain", "curve": "s"})
    desk.osc("/1/fader1", [0.25])
    assert desk.store["gain"] == 2 * 0.15625


def test_a_mapped_address_outside_0_to_1_is_clipped_and_counted(desk: Desk) -> None:
    desk.use({"from": {"osc": "/1/fader1"}, "to": "gain", "range": [0.0, 1.0]})
    told = "a mapped control must send 0..1, not 127; 1 is used"
    assert desk.osc("/1/fader1", [127.0]) == [("/distill/error", ("/1/fader1", told))]
    assert desk.store["gain"] == 1.0
    assert desk.router.counters == Counters(received=1, clipped=1)


def test_a_mapped_address_with_nonsense_is_refused(desk: Desk) -> None:
    desk.use({"from": {"osc": "/1/fader1"}, "to": "gain"})
    desk.osc("/1/fader1", [math.inf])
    assert desk.store["gain"] == PARAMETERS["gain"].default
    assert desk.router.counters.refused == 1


def test_a_controller_reaches_both_ends_of_the_range(desk: Desk) -> None:
    desk.use({"from": {"cc": 7}, "to": "gain", "range": [0.0, 1.0]})
    desk.cc(1, 7, 127)
    assert desk.store["gain"] == 1.0
    desk.cc(16, 7, 0)
    assert desk.store["gain"] == 0.0


def test_a_mapping_with_a_channel_hears_that_channel_alone(desk: Desk) -> None:
    desk.use({"from": {"cc": 7, "channel": 2}, "to": "gain", "range": [0.0, 1.0]})
    desk.cc(1, 7, 0)
    assert desk.store["gain"] == 1.0
    desk.cc(2, 7, 0)
    assert desk.store["gain"] == 0.0
    assert desk.router.counters == Counters(received=2, unknown=1)
    assert desk.lines == ["CC 7 on channel 1 is not mapped by the patch"]


def test_one_source_may_move_several_targets(desk: Desk) -> None:
    desk.use(
        {"from": {"cc": 7}, "to": "gain", "range": [0.0, 1.0]},
        {"from": {"cc": 7}, "to": "top_p", "range": [1.0, 0.0]},
        {"from": {"cc": 7, "channel": 3}, "do": "play"},
    )
    desk.cc(3, 7, 127)
    assert (desk.store["gain"], desk.store["top_p"]) == (1.0, 0.0)
    assert desk.requests == [("play", ())]
    assert desk.router.counters.received == 1


def test_a_mapped_button_fires_when_pressed_from_cc_64_up(desk: Desk) -> None:
    desk.use({"from": {"cc": 41}, "do": "play"}, {"from": {"osc": "/1/push1"}, "do": "panic"})
    for value in (0, 63, 64, 127):
        desk.cc(1, 41, value)
    desk.osc("/1/push1", [1.0])
    desk.osc("/1/push1", [0.0])
    assert desk.requests == [("play", ()), ("play", ()), ("panic", ())]


def test_a_mapped_button_hands_on_its_own_arguments(desk: Desk) -> None:
    desk.use({"from": {"cc": 41}, "do": "rewind", "arguments": [4]})
    desk.cc(1, 41, 127)
    desk.cc(1, 41, 0)
    assert desk.requests == [("rewind", (4.0, None))]


def test_a_new_patch_replaces_the_mappings_and_keeps_the_built_in_addresses(desk: Desk) -> None:
    desk.use({"from": {"cc": 7}, "to": "gain"})
    desk.use({"from": {"cc": 8}, "to": "gain"})
    desk.cc(1, 7, 0)
    desk.osc("/distill/seed", [5])
    assert desk.store["gain"] == PARAMETERS["gain"].default
    assert desk.store["seed"] == 5


def test_malformed_packets_are_counted_apart(desk: Desk) -> None:
    desk.router.count_malformed("OSC sender 1.2.3.4:5", "no address")
    assert desk.router.counters == Counters(malformed=1)
    assert desk.lines == ["malformed packet from OSC sender 1.2.3.4:5: no address"]


def test_messages_from_several_threads_are_applied_one_after_the_other() -> None:
    desk = Desk()
    inside: list[str] = []
    met: list[str] = []

    def request(name: str, _arguments: tuple[object, ...]) -> None:
        met.extend(inside)
        inside.append(name)
        time.sleep(0.001)
        inside.pop()

    router = Router(desk.store, request, None, desk.lines.append)

    def send() -> None:
        for _ in range(20):
            router.receive_osc([("/distill/play", [])])

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == []
    assert router.counters == Counters(received=80)
