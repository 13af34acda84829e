from __future__ import annotations

import pytest

from distill_live.commands.serving.page.mappings import describe_mappings, describe_source
from distill_live.control.patch.schema import Patch
from distill_live.control.routing.knob import ControlState


def read(*mappings: dict[str, object]) -> Patch:
    return Patch.model_validate({"version": 1, "map": list(mappings)})


def test_a_mapping_is_listed_for_each_parameter_with_where_its_control_stands() -> None:
    patch = read(
        {"from": {"cc": 1}, "to": ["gain", "width"], "range": [0.0, 1.0], "takeover": "pickup"},
        {"from": {"note": 36}, "do": "rewind", "arguments": [2]},
    )
    gain, width, rewind = describe_mappings(patch, [[ControlState(0.25, True), None], []])
    assert gain == {
        "source": "cc 1", "target": "gain", "request": False, "range": [0.0, 1.0], "curve": None,
        "invert": False, "smooth": 0.0, "takeover": "pickup", "value": 0.25, "waiting": True,
    }  # fmt: skip
    assert (width["target"], width["value"], width["waiting"]) == ("width", None, False)
    assert (rewind["target"], rewind["request"], rewind["arguments"][0]) == ("rewind", True, 2)


def test_what_moves_by_itself_has_no_place_of_its_own() -> None:
    patch = read({"from": {"lfo": "sine", "beats": 4}, "to": "gain"})
    [told] = describe_mappings(patch, [[ControlState(0.25, False)]])
    assert (told["source"], told["value"]) == ("lfo sine, beats 4.0", None)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"osc": "/1/xy", "argument": 2}, "osc /1/xy, argument 2"),
        ({"cc": 21, "channel": [1, 2], "device": "nano"}, "cc 21, device nano, channel 1 2"),
        ({"bend": True}, "bend"),
        ({"poly_pressure": "any"}, "poly pressure any"),
        ({"note": "any", "mode": "number", "keys": [36, 96]}, "note any, mode number, keys 36 96"),
    ],
)
def test_a_source_has_a_name_in_words(source: dict[str, object], words: str) -> None:
    assert describe_source(read({"from": source, "to": "gain"}).map[0].source) == words
