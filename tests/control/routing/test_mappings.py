"""A patch at work, with everything that MIDI and OSC controls do."""

from __future__ import annotations

import math

import pytest

from distill_live.control.modulation.modulators import LFO
from distill_live.control.patch.schema import Patch
from distill_live.control.patch.sources import same_control
from distill_live.control.routing.router import Counters
from tests.control.conftest import TABLE, Desk

UNIT = {"to": "gain", "range": [0.0, 1.0]}


def test_a_control_moves_several_parameters_each_over_its_own_range(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": ["gain", "top_p", "temperature/timbre"]})
    desk.cc(1, 1, 127)
    assert (desk.store["gain"], desk.store["top_p"]) == (2.0, 1.0)
    assert desk.store.levels("temperature", 3) == (1.0, 2.0, 1.0)


def test_a_level_that_the_model_lacks_does_not_keep_the_others_from_moving(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, "to": ["temperature/texture", "gain"]})
    desk.cc(1, 1, 127)
    assert desk.store["gain"] == 2.0
    assert desk.router.counters.refused == 1


def test_invert_turns_the_control_round_and_leaves_the_curve_at_its_values(desk: Desk) -> None:
    desk.use({"from": {"osc": "/a"}, **UNIT, "curve": "exp", "invert": True})
    desk.osc("/a", [1.0])
    assert desk.store["gain"] == 0.0
    desk.osc("/a", [0.5])
    fine = desk.store["gain"]
    desk.use({"from": {"osc": "/a"}, **UNIT, "curve": "exp"})
    desk.osc("/a", [0.5])
    assert desk.store["gain"] == pytest.approx(fine) and fine < 0.25


@pytest.mark.parametrize(
    ("source", "event", "travel"),
    [
        ({"cc": 7}, ("cc", 7, 0.5), 0.5),
        ({"cc": 7, "bits": 14}, ("cc14", 7, 0.5), 0.5),
        ({"nrpn": 1000}, ("nrpn", 1000, 0.25), 0.25),
        ({"note": 36}, ("note", 36, 0.3), 1.0),
        ({"note": 36, "mode": "gate"}, ("note", 36, 0.0), 0.0),
        ({"note": 36, "mode": "velocity"}, ("note", 36, 0.3), 0.3),
        ({"note": 36, "mode": "trigger"}, ("note", 36, 0.3), 1.0),
        ({"note": "any"}, ("note", 99, 0.3), 1.0),
        ({"note": "any", "mode": "number"}, ("note", 127, 0.3), 1.0),
        ({"note": "any", "mode": "number", "keys": [36, 96]}, ("note", 36, 0.3), 0.0),
        ({"note": "any", "mode": "number", "keys": [36, 96]}, ("note", 51, 0.3), 0.25),
        ({"note": "any", "mode": "velocity", "keys": [36, 96]}, ("note", 96, 0.3), 0.3),
        ({"program": 300}, ("program", 300, 1.0), 1.0),
        ({"program": "any"}, ("program", 5, 1.0), 1.0),
        ({"bend": True}, ("bend", 0, 0.75), 0.75),
        ({"pressure": True}, ("pressure", 0, 0.75), 0.75),
        ({"poly_pressure": 60}, ("poly_pressure", 60, 0.75), 0.75),
        ({"poly_pressure": "any"}, ("poly_pressure", 61, 0.75), 0.75),
    ],
)
def test_every_kind_of_midi_moves_a_parameter(
    desk: Desk, source: dict[str, object], event: tuple[str, int, float], travel: float
) -> None:
    desk.use({"from": source, **UNIT})
    desk.store.set("gain", 2.0)
    desk.midi(*event)  # type: ignore[arg-type]
    assert desk.store["gain"] == travel


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ({"cc": 7}, ("cc14", 7, 0.5)),
        ({"cc": 7, "bits": 14}, ("cc", 7, 0.5)),
        ({"cc": 7}, ("note", 7, 0.5)),
        ({"note": 36}, ("note", 37, 0.5)),
        ({"note": 36, "mode": "trigger"}, ("note", 36, 0.0)),
        ({"note": 36, "mode": "velocity"}, ("note", 36, 0.0)),
        ({"note": "any", "mode": "number"}, ("note", 36, 0.0)),
        ({"note": "any", "mode": "number", "keys": [36, 96]}, ("note", 35, 0.5)),
        ({"note": "any", "keys": [36, 96]}, ("note", 97, 0.5)),
        ({"program": 3}, ("program", 4, 1.0)),
        ({"poly_pressure": 60}, ("pressure", 0, 0.5)),
        ({"cc": 7, "channel": [2, 3]}, ("cc", 7, 0.5)),
        ({"cc": 7, "device": "korg"}, ("cc", 7, 0.5)),
        ({"cc": 7, "device": "other"}, ("cc", 7, 0.5)),
    ],
)
def test_what_is_not_meant_moves_nothing(
    desk: Desk, source: dict[str, object], event: tuple[str, int, float]
) -> None:
    desk.use({"from": source, **UNIT}, devices={"other": "LPD8"})
    desk.midi(*event)  # type: ignore[arg-type]
    assert desk.store["gain"] == 1.0


def test_a_device_is_meant_by_its_alias_or_a_part_of_its_name(desk: Desk) -> None:
    desk.use(
        {"from": {"cc": 1, "device": "left"}, **UNIT},
        {"from": {"cc": 1, "device": "LPD?:*"}, "to": "width"},
        {"from": {"cc": 1, "channel": [2, 3]}, "to": "top_p"},
        devices={"left": "nanoKONTROL2*"},
    )
    desk.cc(2, 1, 0, device="nanoKONTROL2 SLIDER/KNOB")
    desk.cc(1, 1, 127, device="LPD8:out")
    assert (desk.store["gain"], desk.store["width"], desk.store["top_p"]) == (0.0, 1.0, 0.0)


def test_controllers_that_are_parts_of_a_mapped_one_are_no_unknown_ones(desk: Desk) -> None:
    desk.use({"from": {"cc": 7, "bits": 14}, **UNIT}, {"from": {"nrpn": 5}, "to": "width"})
    for control in (7, 39, 99, 98, 6, 38):
        desk.cc(1, control, 5)
    for kind, number in (("cc14", 7), ("nrpn", 5), ("cc14", 8), ("nrpn", 6)):
        desk.midi(kind, number, 0.5)  # type: ignore[arg-type]
    assert desk.router.counters == Counters(received=6)
    desk.cc(1, 40, 5)
    assert desk.router.counters == Counters(received=7, unknown=1)
    assert (desk.store["gain"], desk.store["width"]) == (0.5, 0.5)


@pytest.mark.parametrize("source", [{"cc": 7, "mode": "toggle"}, {"osc": "/a", "mode": "toggle"}])
def test_a_toggle_changes_over_from_where_the_parameter_stands(
    desk: Desk, source: dict[str, object]
) -> None:
    desk.use({"from": source, "to": "edit/mask/on"})
    seen = []
    for turn in range(4):
        if turn == 2:
            # Something else has switched it on.
            desk.osc("/distill/edit/mask/on", [1])
        for value in (127, 0):
            desk.cc(1, 7, value)
            desk.osc("/a", [value / 127]) if "osc" in source else None
        seen.append(desk.store["edit/mask/on"])
    assert seen == [1, 0, 0, 1]


def test_each_number_of_an_xy_pad_moves_its_own_parameter(desk: Desk) -> None:
    desk.use(
        {"from": {"osc": "/xy", "argument": 1}, **UNIT},
        {"from": {"osc": "/xy", "argument": 2}, "to": "width"},
    )
    assert desk.osc("/xy", [0.25, 0.75, 9.0]) == []
    assert (desk.store["gain"], desk.store["width"]) == (0.25, 0.75)


def test_a_message_that_lacks_the_number_is_refused_with_the_reason(desk: Desk) -> None:
    desk.use({"from": {"osc": "/xy", "argument": 2}, "to": "width"})
    for arguments in ([], [0.5]):
        [(address, (_, reason))] = desk.osc("/xy", arguments)
        assert address == "/distill/error"
        assert f"argument 2 of a message, and this message has {len(arguments)}" in str(reason)
    assert desk.store["width"] == 0.0


def test_one_argument_of_several_may_be_a_button(desk: Desk) -> None:
    desk.use({"from": {"osc": "/a", "argument": 2}, "do": "hold"})
    desk.osc("/a", [1.0, 0.0])
    desk.osc("/a", [0.0, 1.0])
    assert desk.requests == [("hold", ())]


def test_an_osc_button_may_be_a_bang(desk: Desk) -> None:
    desk.use({"from": {"osc": "/a", "mode": "toggle"}, "to": "edit/mask/on"})
    desk.osc("/a")
    assert desk.store["edit/mask/on"] == 1
    desk.osc("/a", [None])
    assert desk.store["edit/mask/on"] == 0


@pytest.mark.parametrize(
    ("encoding", "forth", "back"), [("twos", 1, 127), ("offset", 65, 63), ("signed", 1, 65)]
)
def test_an_encoder_turns_from_where_the_parameter_stands(
    desk: Desk, encoding: str, forth: int, back: int
) -> None:
    desk.use({"from": {"cc": 16, "encoding": encoding, "step": 0.1}, **UNIT})
    desk.osc("/distill/gain", [0.5])
    for _ in range(3):
        desk.cc(1, 16, forth)
    assert desk.store["gain"] == pytest.approx(0.8)
    desk.osc("/distill/gain", [0.2])
    desk.cc(1, 16, back)
    assert desk.store["gain"] == pytest.approx(0.1)
    for _ in range(5):
        desk.cc(1, 16, back)
    assert desk.store["gain"] == 0.0


def test_small_steps_of_an_encoder_move_whole_numbers_in_the_end(desk: Desk) -> None:
    desk.use({"from": {"cc": 16, "encoding": "twos"}, "to": "top_k", "range": [0, 10]})
    for _ in range(50):
        desk.cc(1, 16, 1)
    assert desk.store["top_k"] == 5


def test_an_encoder_presses_by_each_step_forth(desk: Desk) -> None:
    desk.use({"from": {"cc": 16, "encoding": "twos"}, "do": "play"})
    for value in (1, 127, 2, 0):
        desk.cc(1, 16, value)
    assert desk.requests == [("play", ())] * 2


def test_what_is_off_is_switched_on_by_a_control_and_from_the_middle_by_an_encoder(
    desk: Desk,
) -> None:
    desk.use(
        {"from": {"cc": 16, "encoding": "twos"}, "to": "steer/loudness"},
        {"from": {"cc": 17}, "to": "steer/density", "takeover": "pickup", "smooth": 100},
    )
    desk.cc(1, 16, 1)
    assert desk.store["steer/loudness"] == pytest.approx(0.02)
    desk.cc(1, 17, 127)
    assert desk.store["steer/density"] == 1.0
    desk.cc(1, 17, 0)
    desk.wait(0.2)
    assert desk.store["steer/density"] == -1.0


def test_a_knob_that_stands_elsewhere_waits_until_it_comes_past(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, **UNIT, "takeover": "pickup"})
    desk.osc("/distill/gain", [0.5])
    desk.cc(1, 1, 0)
    desk.cc(1, 1, 32)
    assert desk.store["gain"] == 0.5
    desk.cc(1, 1, 96)
    assert desk.store["gain"] == 96 / 127
    desk.cc(1, 1, 0)
    assert desk.store["gain"] == 0.0
    # Moved by something else: it waits again.
    desk.osc("/distill/gain", [0.75])
    desk.cc(1, 1, 10)
    assert desk.store["gain"] == 0.75


def test_a_knob_may_carry_the_value_along_until_they_meet(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, **UNIT, "takeover": "scale"})
    desk.osc("/distill/gain", [0.5])
    desk.cc(1, 1, 0)
    desk.cc(1, 1, 63)
    assert 0.5 < desk.store["gain"] < 1.0
    desk.cc(1, 1, 127)
    assert desk.store["gain"] == 1.0


def test_a_smooth_control_arrives_after_its_time_in_even_steps(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, **UNIT, "smooth": 100})
    desk.osc("/distill/gain", [0.0])
    desk.cc(1, 1, 127)
    assert desk.store["gain"] == 0.0
    seen = []
    for _ in range(11):
        desk.wait(0.01)
        seen.append(desk.store["gain"])
    assert seen == pytest.approx([step / 10 for step in range(1, 11)] + [1.0])
    assert seen[9] == 1.0


def test_a_glide_is_bent_by_the_curve_as_the_control_is(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, **UNIT, "curve": "exp", "smooth": 100})
    desk.osc("/distill/gain", [0.0])
    desk.cc(1, 1, 127)
    desk.wait(0.05)
    assert desk.store["gain"] < 0.25


def test_who_sets_a_gliding_parameter_ends_the_glide(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, **UNIT, "smooth": 100})
    desk.cc(1, 1, 0)
    desk.wait(0.05)
    desk.osc("/distill/gain", [1.75])
    desk.wait(0.2)
    assert desk.store["gain"] == 1.75


def test_a_glide_continues_from_where_it_is_to_a_new_goal(desk: Desk) -> None:
    desk.use({"from": {"cc": 1}, **UNIT, "smooth": 100, "takeover": "pickup"})
    desk.osc("/distill/gain", [0.0])
    desk.cc(1, 1, 0)
    for value in (64, 127, 0):
        desk.cc(1, 1, value)
        desk.wait(0.05)
    assert 0.0 < desk.store["gain"] < 0.5
    desk.wait(0.1)
    assert desk.store["gain"] == 0.0


def test_who_began_a_glide_touches_the_parameter_until_it_ends(desk: Desk) -> None:
    touched: list[object] = []
    desk.use({"from": {"cc": 1}, **UNIT, "smooth": 100})
    desk.cc(1, 1, 0)
    desk.router.hooks.on_touch = lambda sender, name: touched.append((sender, name))
    desk.wait(0.5)
    assert touched == [(("midi", "nano"), "gain")] * 10


def test_whole_numbers_glide_too_and_an_encoder_counts_from_the_goal(desk: Desk) -> None:
    desk.use({"from": {"cc": 16, "encoding": "twos", "step": 0.1}, "to": "top_k",
              "range": [0, 100], "smooth": 100})  # fmt: skip
    for _ in range(5):
        desk.cc(1, 16, 1)
    desk.wait(0.2)
    assert desk.store["top_k"] == 50


def test_panic_ends_glides_and_switches_modulation_off(desk: Desk) -> None:
    desk.use(
        {"from": {"cc": 1}, **UNIT, "smooth": 100},
        {"from": {"lfo": "saw", "seconds": 1}, "to": "width"},
    )
    desk.cc(1, 1, 0)
    desk.wait(0.05)
    gain, width = desk.store["gain"], desk.store["width"]
    desk.osc("/distill/panic")
    desk.wait(0.2)
    assert (desk.store["gain"], desk.store["width"], desk.store["modulation"]) == (gain, width, 0)
    desk.osc("/distill/modulation", [1])
    desk.wait(0.2)
    assert desk.store["width"] != width


def test_an_lfo_moves_a_parameter_over_its_range(desk: Desk) -> None:
    desk.use({"from": {"lfo": "sine", "beats": 2, "phase": 0.25}, "to": "gain", "range": [0.5, 1]})
    lfo = LFO("sine", beats=2, phase=0.25)
    for _ in range(30):
        desk.wait(0.05)
        travel = lfo.value(desk.now, desk.router.tempo, 0.0)
        assert desk.store["gain"] == pytest.approx(0.5 + 0.5 * travel)


def test_an_lfo_presses_once_in_each_cycle(desk: Desk) -> None:
    desk.use({"from": {"lfo": "square", "seconds": 1}, "do": "play"})
    desk.wait(3.75)
    assert desk.requests == [("play", ())] * 3


@pytest.mark.parametrize("what", ["output", "listen.loudness", "listen.brightness"])
def test_a_follower_moves_a_parameter_by_what_it_follows(desk: Desk, what: str) -> None:
    desk.use({"from": {"follow": what, "attack": 0, "release": 1000}, "to": "width"})
    desk.router.hooks.follow = {what: 0.5}.__getitem__
    desk.wait(0.05)
    assert desk.store["width"] == pytest.approx(0.5)
    desk.router.hooks.follow = {what: 0.0}.__getitem__
    desk.wait(1.0)
    assert desk.store["width"] == pytest.approx(0.5 * math.exp(-1), rel=0.01)


def test_a_walk_wanders_within_its_range(desk: Desk) -> None:
    desk.use({"from": {"walk": 0.5}, "to": "gain", "range": [0.5, 0.75]})
    seen = set()
    for _ in range(50):
        desk.wait(0.05)
        seen.add(desk.store["gain"])
    assert len(seen) > 40
    assert 0.5 <= min(seen) < max(seen) <= 0.75


def test_a_program_change_recalls_the_preset_of_its_number(desk: Desk) -> None:
    desk.use(presets={"calm": {"gain": 0.5}}, programs={0: "calm", 200: "calm"})
    desk.midi("program", 0, 1.0)
    desk.midi("program", 200, 1.0)
    assert desk.requests == [("preset", ("calm", None))] * 2
    desk.midi("program", 1, 1.0)
    assert desk.router.counters == Counters(received=3, unknown=1)


def test_a_patch_that_is_put_in_the_place_of_another_ends_its_modulation(desk: Desk) -> None:
    desk.use({"from": {"lfo": "saw", "seconds": 1}, "to": "width"})
    desk.wait(0.1)
    desk.use({"from": {"cc": 1}, "to": "gain"})
    before = desk.store["width"]
    desk.wait(0.1)
    assert desk.store["width"] == before


def sources(*found: dict[str, object]) -> list[object]:
    document = {"version": 1, "map": [{"from": one, "to": "gain"} for one in found]}
    return [mapping.source for mapping in Patch.model_validate(document, context=TABLE).map]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"cc": 7}, {"cc": 7, "bits": 14}, True),
        ({"cc": 7}, {"cc": 7, "channel": 3, "device": "nano"}, True),
        ({"cc": 7, "channel": [1, 2]}, {"cc": 7, "channel": 3}, False),
        ({"cc": 7, "device": "nano"}, {"cc": 7, "device": "pads"}, False),
        ({"cc": 7}, {"cc": 8}, False),
        ({"cc": 7}, {"note": 7}, False),
        ({"osc": "/a"}, {"osc": "/a", "mode": "toggle"}, True),
        ({"osc": "/a"}, {"osc": "/b"}, False),
        ({"osc": "/a", "argument": 1}, {"osc": "/a", "argument": 2}, False),
        ({"note": "any", "keys": [1, 9]}, {"note": "any", "keys": [10, 19]}, False),
    ],
)
def test_which_sources_are_the_same_control(
    one: dict[str, object], other: dict[str, object], same: bool
) -> None:
    first, second = sources(one, other)
    assert same_control(first, second) is same  # type: ignore[arg-type]
