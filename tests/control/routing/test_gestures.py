from __future__ import annotations

from typing import Any

import pytest

from distill_live.control.midi.event import MidiEvent, MidiKind
from distill_live.control.patch.schema import Patch
from distill_live.control.patch.sources import MidiSource, OscSource
from distill_live.control.routing.gestures import (
    DEFAULT_STEP,
    Gesture,
    midi_gesture,
    midi_key,
    osc_gesture,
)
from distill_live.errors import ParameterError

UP, DOWN, TOGGLE = Gesture("move", 1.0), Gesture("move", 0.0), Gesture("toggle")


def source(**keys: object) -> Any:
    """The source that these keys of a patch make."""
    document = {"version": 1, "map": [{"from": keys, "to": "gain"}]}
    return Patch.model_validate(document).map[0].source


def midi(keys: dict[str, object], kind: MidiKind, value: float, raw: int = 0) -> Gesture | None:
    """The gesture of an event of control number 7."""
    found = source(**keys)
    assert isinstance(found, MidiSource)
    return midi_gesture(found, MidiEvent("nano", kind, 1, 7, value, raw))


def osc(keys: dict[str, object], *arguments: object) -> Gesture | None:
    found = source(osc="/a", **keys)
    assert isinstance(found, OscSource)
    return osc_gesture(found, arguments, "gain")


@pytest.mark.parametrize(
    ("gesture", "presses"),
    [
        (Gesture("move", 0.5), True),
        (Gesture("move", 0.49), False),
        (Gesture("turn", 0.01), True),
        (Gesture("turn", -0.01), False),
        (TOGGLE, True),
    ],
)
def test_what_a_press_is(gesture: Gesture, presses: bool) -> None:
    assert gesture.presses is presses


@pytest.mark.parametrize(
    ("mode", "pressed", "let_go"),
    [({}, UP, DOWN), ({"mode": "gate"}, UP, DOWN), ({"mode": "trigger"}, UP, None),
     ({"mode": "toggle"}, TOGGLE, None)],
)  # fmt: skip
def test_a_button_is_pressed_and_let_go_as_its_mode_says(
    mode: dict[str, object], pressed: Gesture, let_go: Gesture | None
) -> None:
    assert [osc(mode, 1.0), osc(mode), osc(mode, None)] == [pressed] * 3
    assert osc(mode, 0.0) == let_go
    for keys, kind in (({"cc": 7, **mode}, "cc"), ({"note": 7, **mode}, "note")):
        assert [midi(keys, kind, value) for value in (1.0, 0.0)] == [pressed, let_go]  # type: ignore[arg-type]


def test_a_controller_with_a_mode_is_pressed_from_the_middle_on_and_a_key_by_any_stroke() -> None:
    trigger = {"mode": "trigger"}
    assert [midi({"cc": 7, **trigger}, "cc", value) for value in (0.49, 0.5)] == [None, UP]
    assert midi({"note": 7, **trigger}, "note", 1 / 127) == UP


def test_a_fader_moves_to_where_it_stands() -> None:
    assert osc({}, 0.25) == midi({"cc": 7}, "cc", 0.25) == Gesture("move", 0.25)
    assert midi({"bend": True}, "bend", 0.25) == Gesture("move", 0.25)


@pytest.mark.parametrize(("step", "size"), [({}, DEFAULT_STEP), ({"step": 0.125}, 0.125)])
def test_an_encoder_turns_by_its_steps_and_at_rest_does_nothing(
    step: dict[str, object], size: float
) -> None:
    keys = {"cc": 7, "encoding": "twos", **step}
    assert midi(keys, "cc", 0.0, 3) == Gesture("turn", 3 * size)
    assert midi(keys, "cc", 0.0, 127) == Gesture("turn", -size)
    assert midi(keys, "cc", 0.0, 0) is None


def test_a_key_says_how_hard_it_is_struck_or_which_it_is_and_nothing_when_let_go() -> None:
    velocity = {"note": "any", "mode": "velocity"}
    number = {"note": "any", "mode": "number", "keys": [5, 9]}
    assert [midi(keys, "note", 0.25) for keys in (velocity, number)] == [
        Gesture("move", 0.25), Gesture("move", 0.5),
    ]  # fmt: skip
    assert [midi(keys, "note", 0.0) for keys in (velocity, number)] == [None, None]


def test_a_program_change_is_a_press() -> None:
    assert midi({"program": 7}, "program", 0.0) == UP


@pytest.mark.parametrize("arguments", [(0.5, 0.5), ("loud",)])
def test_an_osc_message_that_is_no_number_is_refused_by_name(arguments: tuple[object, ...]) -> None:
    with pytest.raises(ParameterError, match=r"^gain takes "):
        osc({}, *arguments)


def test_one_argument_of_several_is_meant_and_must_be_there() -> None:
    assert osc({"argument": 2}, 0.1, 0.2, 0.3) == Gesture("move", 0.2)
    with pytest.raises(ParameterError, match="gain takes argument 2 of a message"):
        osc({"argument": 2}, 0.1)


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"cc": 7}, ("cc", 7)),
        ({"cc": 7, "bits": 14}, ("cc14", 7)),
        ({"nrpn": 300}, ("nrpn", 300)),
        ({"note": 36}, ("note", 36)),
        ({"note": "any"}, ("note", None)),
        ({"program": 3}, ("program", 3)),
        ({"program": "any"}, ("program", None)),
        ({"poly_pressure": "any"}, ("poly_pressure", None)),
        ({"bend": True}, ("bend", None)),
        ({"pressure": True}, ("pressure", None)),
    ],
)
def test_the_events_that_a_source_means(
    keys: dict[str, object], key: tuple[str, int | None]
) -> None:
    assert midi_key(source(**keys)) == key
